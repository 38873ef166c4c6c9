-- a copy of a database must not write to customers
UPDATE res_company SET cobranza_run_mode = 'off';
UPDATE cobranza_reminder SET state = 'cancelled', cancel_reason = 'copy of a database'
 WHERE state IN ('proposed', 'approved');
UPDATE cobranza_run SET state = 'failed', error = 'copy of a database' WHERE state = 'running';
-- whatever waits to leave, or to be tried again, was never told
UPDATE mail_notification SET notification_status = 'canceled'
  FROM mail_message
 WHERE mail_message.id = mail_notification.mail_message_id
   AND mail_message.model = 'cobranza.reminder' AND notification_status = 'ready';
UPDATE mail_mail SET state = 'cancel'
  FROM mail_message
 WHERE mail_message.id = mail_mail.mail_message_id
   AND mail_message.model = 'cobranza.reminder' AND mail_mail.state = 'outgoing';
UPDATE mail_mail SET state = 'cancel'
  FROM cobranza_attempt
 WHERE cobranza_attempt.mail_id = mail_mail.id AND cobranza_attempt.next_try IS NOT NULL;
UPDATE sms_sms SET state = 'canceled'
  FROM mail_message
 WHERE mail_message.id = sms_sms.mail_message_id
   AND mail_message.model = 'cobranza.reminder' AND sms_sms.state = 'outgoing';
UPDATE cobranza_attempt SET result = 'cancelled', answer = 'copy of a database'
 WHERE result = 'pending';
UPDATE cobranza_attempt SET next_try = NULL WHERE next_try IS NOT NULL;
