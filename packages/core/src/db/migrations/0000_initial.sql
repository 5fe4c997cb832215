CREATE TABLE `flow` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`opened_at` integer,
	`deleted_at` integer,
	`node_count` integer DEFAULT 0 NOT NULL,
	`edge_count` integer DEFAULT 0 NOT NULL,
	`preview` text DEFAULT '[]' NOT NULL
);
--> statement-breakpoint
CREATE TABLE `egress_record` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`host` text NOT NULL,
	`port` integer NOT NULL,
	`purpose` text NOT NULL,
	`method` text NOT NULL,
	`request_bytes` integer NOT NULL,
	`response_bytes` integer NOT NULL,
	`status` integer,
	`started_at` integer NOT NULL,
	`ms` real NOT NULL,
	`outcome` text NOT NULL,
	`reason` text,
	CONSTRAINT "egress_record_outcome" CHECK("egress_record"."outcome" in ('ok', 'refused', 'failed'))
);
--> statement-breakpoint
CREATE INDEX `egress_record_started` ON `egress_record` (`started_at`);--> statement-breakpoint
CREATE TABLE `model_call` (
	`id` text PRIMARY KEY NOT NULL,
	`turn_id` text,
	`agent` text NOT NULL,
	`model` text NOT NULL,
	`prompt_version` text NOT NULL,
	`started_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`input_tokens` integer,
	`output_tokens` integer,
	`cost_usd` real,
	`ms` real,
	`first_token_ms` real,
	`error_code` text,
	`accepted` integer,
	CONSTRAINT "model_call_outcome" CHECK("model_call"."outcome" in ('open', 'ok', 'repaired', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE INDEX `model_call_turn` ON `model_call` (`turn_id`);--> statement-breakpoint
CREATE INDEX `model_call_started` ON `model_call` (`started_at`);--> statement-breakpoint
CREATE TABLE `effect` (
	`log_id` text NOT NULL,
	`no` integer NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`log_id`, `no`),
	FOREIGN KEY (`log_id`,`no`) REFERENCES `entry`(`log_id`,`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `entry` (
	`log_id` text NOT NULL,
	`no` integer NOT NULL,
	`id` text NOT NULL,
	`author` text NOT NULL,
	`at` integer NOT NULL,
	`bytes` blob NOT NULL,
	`chain` text NOT NULL,
	PRIMARY KEY(`log_id`, `no`),
	FOREIGN KEY (`log_id`) REFERENCES `log`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entry_id` ON `entry` (`log_id`,`id`);--> statement-breakpoint
CREATE TABLE `log` (
	`id` text PRIMARY KEY NOT NULL,
	`flow_id` text,
	`base_log` text,
	`base_no` integer,
	`kind` text NOT NULL,
	`shared` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`flow_id`) REFERENCES `flow`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`base_log`) REFERENCES `log`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "log_kind" CHECK("log"."kind" in ('main', 'branch', 'catalogue'))
);
--> statement-breakpoint
CREATE INDEX `log_flow` ON `log` (`flow_id`);--> statement-breakpoint
CREATE INDEX `log_base` ON `log` (`base_log`);--> statement-breakpoint
CREATE TABLE `pending` (
	`log_id` text NOT NULL,
	`n` integer NOT NULL,
	`id` text NOT NULL,
	`author` text NOT NULL,
	`at` integer NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`log_id`, `n`),
	FOREIGN KEY (`log_id`) REFERENCES `log`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pending_id` ON `pending` (`log_id`,`id`);--> statement-breakpoint
CREATE TABLE `snapshot` (
	`log_id` text NOT NULL,
	`no` integer NOT NULL,
	`rules` integer NOT NULL,
	`schema` integer NOT NULL,
	`chain` text NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`log_id`, `no`),
	FOREIGN KEY (`log_id`) REFERENCES `log`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `asset` (
	`sha256` text PRIMARY KEY NOT NULL,
	`media_type` text NOT NULL,
	`bytes` blob NOT NULL,
	`size` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `setting` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `conversation` (
	`id` text PRIMARY KEY NOT NULL,
	`flow_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`flow_id`) REFERENCES `flow`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `conversation_flow` ON `conversation` (`flow_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `message` (
	`id` text PRIMARY KEY NOT NULL,
	`conversation_id` text NOT NULL,
	`turn_id` text,
	`role` text NOT NULL,
	`text` text NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`conversation_id`) REFERENCES `conversation`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "message_role" CHECK("message"."role" in ('person', 'assistant'))
);
--> statement-breakpoint
CREATE INDEX `message_conversation` ON `message` (`conversation_id`,`at`);--> statement-breakpoint
CREATE TABLE `proposal` (
	`id` text PRIMARY KEY NOT NULL,
	`turn_id` text NOT NULL,
	`flow_id` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`body` text NOT NULL,
	FOREIGN KEY (`turn_id`) REFERENCES `turn`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`flow_id`) REFERENCES `flow`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "proposal_status" CHECK("proposal"."status" in ('open', 'done', 'superseded'))
);
--> statement-breakpoint
CREATE INDEX `proposal_flow` ON `proposal` (`flow_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `proposal_turn` ON `proposal` (`turn_id`);--> statement-breakpoint
CREATE TABLE `turn` (
	`id` text PRIMARY KEY NOT NULL,
	`conversation_id` text NOT NULL,
	`flow_id` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`body` text NOT NULL,
	FOREIGN KEY (`conversation_id`) REFERENCES `conversation`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`flow_id`) REFERENCES `flow`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "turn_status" CHECK("turn"."status" in ('queued', 'running', 'awaitingClarification', 'awaitingApproval', 'proposed', 'done', 'cancelled', 'failed', 'superseded'))
);
--> statement-breakpoint
CREATE INDEX `turn_conversation` ON `turn` (`conversation_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `turn_by_status` ON `turn` (`status`);--> statement-breakpoint
CREATE INDEX `turn_flow` ON `turn` (`flow_id`);--> statement-breakpoint
CREATE TABLE `turn_step` (
	`turn_id` text NOT NULL,
	`n` integer NOT NULL,
	`status` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`turn_id`, `n`),
	FOREIGN KEY (`turn_id`) REFERENCES `turn`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "turn_step_status" CHECK("turn_step"."status" in ('running', 'done', 'failed', 'cancelled'))
);
