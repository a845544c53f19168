import { Controller, Get, Param, Post } from '@nestjs/common';
import { CatgaProjections } from '@catga/event-sourcing';
import type { ProjectionInfo } from '@catga/event-sourcing';

type View = Pick<ProjectionInfo, 'name' | 'version' | 'build' | 'role' | 'status' | 'isBehind'>;

@Controller('projections')
export class ProjectionsController {
  constructor(private readonly projections: CatgaProjections) {}

  @Get()
  async list(): Promise<readonly View[]> {
    const all = await this.projections.list();
    return all.map(({ name, version, build, role, status, isBehind }) => ({
      name,
      version,
      build,
      role,
      status,
      isBehind,
    }));
  }

  @Post(':name/rebuild')
  async rebuild(@Param('name') name: string): Promise<{ readonly build: number }> {
    return { build: await this.projections.rebuild(name) };
  }
}
