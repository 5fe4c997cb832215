CREATE UNLOGGED TABLE "used_allowance" (
	"key" text PRIMARY KEY NOT NULL,
	"full_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "used_allowance_full" ON "used_allowance" USING btree ("full_at");