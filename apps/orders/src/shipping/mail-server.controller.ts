import { BadRequestException, Body, Controller, DefaultValuePipe, HttpCode, Post } from '@nestjs/common';
import { MailServer } from './mail-server.js';

interface MailServerBody {
  readonly fail: boolean;
}

/** The switch of the demo: `{ "fail": true }` breaks the mail server, `{ "fail": false }` mends it. */
@Controller('demo/shipping-mail')
export class MailServerController {
  constructor(private readonly mailServer: MailServer) {}

  @Post()
  @HttpCode(200)
  set(@Body(new DefaultValuePipe({})) { fail }: Partial<MailServerBody>): MailServerBody {
    if (typeof fail !== 'boolean') throw new BadRequestException('fail must be true or false.');
    this.mailServer.failNext(fail ? Infinity : 0);
    return { fail };
  }
}
