-- Who is told of their access is told once: what nobody has begun to send is looked up by its recipient.
create index outbox_by_recipient on outbox (recipient) where sent_at is null;
