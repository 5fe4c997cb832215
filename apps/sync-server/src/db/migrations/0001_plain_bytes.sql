-- What comes in is deflated already: trying to compress it once more costs time on every insert.
ALTER TABLE "entry" ALTER COLUMN "record" SET STORAGE EXTERNAL;--> statement-breakpoint
ALTER TABLE "snapshot" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
