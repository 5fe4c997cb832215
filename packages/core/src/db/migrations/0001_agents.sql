CREATE TABLE `learning_episode` (
	`id` text PRIMARY KEY NOT NULL,
	`turn_id` text NOT NULL,
	`agent` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `learning_episode_turn` ON `learning_episode` (`turn_id`);--> statement-breakpoint
CREATE INDEX `learning_episode_created` ON `learning_episode` (`created_at`);--> statement-breakpoint
CREATE TABLE `prompt_change` (
	`id` text PRIMARY KEY NOT NULL,
	`agent` text NOT NULL,
	`from_variant_id` text NOT NULL,
	`to_variant_id` text NOT NULL,
	`status` text NOT NULL,
	`evidence` text NOT NULL,
	`created_at` integer NOT NULL,
	`decided_at` integer,
	CONSTRAINT "prompt_change_status" CHECK("prompt_change"."status" in ('proposed', 'applied', 'declined', 'rolledBack'))
);
--> statement-breakpoint
CREATE INDEX `prompt_change_agent` ON `prompt_change` (`agent`,`created_at`);--> statement-breakpoint
CREATE TABLE `prompt_trial` (
	`id` text PRIMARY KEY NOT NULL,
	`agent` text NOT NULL,
	`variant_id` text NOT NULL,
	`turn_id` text NOT NULL,
	`context` text NOT NULL,
	`outcome` text NOT NULL,
	`is_valid` integer,
	`ms` real,
	`cost_usd` real,
	`reward` real,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	FOREIGN KEY (`variant_id`) REFERENCES `prompt_variant`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "prompt_trial_outcome" CHECK("prompt_trial"."outcome" in ('open', 'accepted', 'acceptedEdited', 'rejected', 'corrected', 'failed', 'unknown'))
);
--> statement-breakpoint
CREATE INDEX `prompt_trial_variant` ON `prompt_trial` (`variant_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `prompt_trial_turn` ON `prompt_trial` (`turn_id`,`agent`);--> statement-breakpoint
CREATE TABLE `prompt_variant` (
	`id` text PRIMARY KEY NOT NULL,
	`agent` text NOT NULL,
	`number` integer NOT NULL,
	`origin` text NOT NULL,
	`status` text NOT NULL,
	`text` text NOT NULL,
	`reason` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT "prompt_variant_origin" CHECK("prompt_variant"."origin" in ('builtIn', 'person', 'optimizer')),
	CONSTRAINT "prompt_variant_status" CHECK("prompt_variant"."status" in ('trying', 'paused', 'retired'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prompt_variant_number` ON `prompt_variant` (`agent`,`number`);--> statement-breakpoint
CREATE TABLE `security_signal` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`source` text NOT NULL,
	`family` text NOT NULL,
	`turn_id` text,
	`flow_id` text,
	`score` integer NOT NULL,
	`excerpt` text NOT NULL,
	`dismissed_at` integer
);
--> statement-breakpoint
CREATE INDEX `security_signal_at` ON `security_signal` (`at`);--> statement-breakpoint
CREATE TABLE `tool_call` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`direction` text NOT NULL,
	`peer` text NOT NULL,
	`tool` text NOT NULL,
	`outcome` text NOT NULL,
	`ms` integer NOT NULL,
	`flow_id` text,
	`note` text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tool_call_at` ON `tool_call` (`at`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_model_call` (
	`id` text PRIMARY KEY NOT NULL,
	`turn_id` text,
	`flow_id` text,
	`agent` text NOT NULL,
	`model` text NOT NULL,
	`prompt_version` text NOT NULL,
	`variant_id` text,
	`operation` text DEFAULT 'chat' NOT NULL,
	`quality` text,
	`started_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`input_tokens` integer,
	`output_tokens` integer,
	`cost_usd` real,
	`cached` text,
	`ms` real,
	`first_token_ms` real,
	`error_code` text,
	`accepted` integer,
	CONSTRAINT "model_call_outcome" CHECK("__new_model_call"."outcome" in ('open', 'ok', 'repaired', 'failed', 'cancelled', 'cached', 'refused'))
);
--> statement-breakpoint
INSERT INTO `__new_model_call`("id", "turn_id", "flow_id", "agent", "model", "prompt_version", "variant_id", "operation", "quality", "started_at", "outcome", "input_tokens", "output_tokens", "cost_usd", "cached", "ms", "first_token_ms", "error_code", "accepted") SELECT "id", "turn_id", NULL, "agent", "model", "prompt_version", NULL, 'chat', NULL, "started_at", "outcome", "input_tokens", "output_tokens", "cost_usd", NULL, "ms", "first_token_ms", "error_code", "accepted" FROM `model_call`;--> statement-breakpoint
DROP TABLE `model_call`;--> statement-breakpoint
ALTER TABLE `__new_model_call` RENAME TO `model_call`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `model_call_turn` ON `model_call` (`turn_id`);--> statement-breakpoint
CREATE INDEX `model_call_started` ON `model_call` (`started_at`);--> statement-breakpoint
CREATE INDEX `model_call_variant` ON `model_call` (`variant_id`);