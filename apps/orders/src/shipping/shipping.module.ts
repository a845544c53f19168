import { Module } from '@nestjs/common';
import { MailServer } from './mail-server.js';
import { MailServerController } from './mail-server.controller.js';
import { SendShippingMail } from './send-shipping-mail.handler.js';

/** Tells customers that their order is on its way. */
@Module({
  controllers: [MailServerController],
  providers: [MailServer, SendShippingMail],
})
export class ShippingModule {}
