/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/flow.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum {
	BATCH_ROWS = 256,
	BATCHES = 3, /* one is filled, one is read, one waits */
};

struct batch {
	struct arena arena;
	struct value *values;
	size_t rows;
};

struct flow {
	struct asking asking;
	const struct sql_host *host;
	struct source source;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct batch batches[BATCHES];
	bool stopped;           /* the asking side knows that nobody wants more */
	size_t room;            /* rows that the batch to be filled takes */
	size_t filled, drained; /* under the lock: batches handed over, and given back */
	bool stop, ended;       /* likewise; `stop` is also read without it */
	bool reading;           /* the reader has batch `drained` */
	size_t at;              /* its next row */
	uint64_t rows;
	struct outcome outcome;
	struct error err;
	int rc;
};

/** Each one larger than the one before, up to the full size. */
static void begin_batch(struct flow *flow)
{
	struct batch *batch = &flow->batches[flow->filled % BATCHES];

	flow->room = flow->room ? flow->room * 2 : 1;
	if (flow->room > BATCH_ROWS)
		flow->room = BATCH_ROWS;
	arena_reset(&batch->arena);
	batch->rows = 0;
	batch->values = arena_zero(&batch->arena, BATCH_ROWS,
				   flow->asking.selection.count * sizeof(struct value) + 1);
}

/** Whoever wants but a few rows is not run ahead of: what comes next may cost much. */
static bool is_ahead(const struct flow *flow)
{
	size_t waiting = flow->filled - flow->drained;

	return waiting == BATCHES || (waiting && flow->room < BATCH_ROWS);
}

/** False when nobody wants more. */
static bool hand_over(struct flow *flow)
{
	pthread_mutex_lock(&flow->lock);
	flow->filled++;
	pthread_cond_signal(&flow->changed);
	while (is_ahead(flow) && !flow->stop)
		pthread_cond_wait(&flow->changed, &flow->lock);
	flow->stopped = flow->stop;
	pthread_mutex_unlock(&flow->lock);
	if (!flow->stopped)
		begin_batch(flow);
	return !flow->stopped;
}

static bool take(void *context, const void *given)
{
	struct flow *flow = context;
	struct batch *batch = &flow->batches[flow->filled % BATCHES];
	const struct selection *selection = &flow->asking.selection;
	struct value *row = batch->values + batch->rows * selection->count;

	flow->stopped = flow->stopped || __atomic_load_n(&flow->stop, __ATOMIC_RELAXED);
	if (flow->stopped)
		return false;
	for (size_t i = 0; i < selection->count; i++) {
		const struct table *table = flow->asking.question->table;
		size_t column = selection->columns[i];
		struct value value = column_value(table, column, given);

		row[i] = value_keep(&batch->arena, table->columns[column].type, &value);
	}
	return ++batch->rows < flow->room || hand_over(flow);
}

static void *run(void *context)
{
	struct flow *flow = context;
	const struct question *question = flow->asking.question;
	struct sink *sink = sink_to(question->table, &flow->asking.selection, FORMAT_JSONL,
				    (struct sink_taker){ take, flow });
	struct inquiry inquiry = {
		.source = &flow->source,
		.targets = flow->asking.targets,
		.target_count = flow->asking.target_count,
		.all = flow->asking.all,
		.narrow = flow->asking.narrow,
		.ps = flow->asking.ps,
		.words_are_processes = question->words_are_processes,
		.ports_are_sockets = question->ports_are_sockets,
		.loops_are_devices = question->loops_are_devices,
		.program = flow->host->program,
		.line = flow->host->line,
		.sink = sink,
	};

	begin_batch(flow);
	flow->rc = question->ask(&inquiry, &flow->outcome, &flow->err);
	sink_end(sink);
	pthread_mutex_lock(&flow->lock);
	if (!flow->stopped && flow->batches[flow->filled % BATCHES].rows)
		flow->filled++;
	flow->ended = true;
	pthread_cond_signal(&flow->changed);
	pthread_mutex_unlock(&flow->lock);
	return NULL;
}

static void flow_free(struct flow *flow)
{
	for (size_t i = 0; i < BATCHES; i++)
		arena_end(&flow->batches[i].arena);
	source_close(&flow->source);
	pthread_mutex_destroy(&flow->lock);
	pthread_cond_destroy(&flow->changed);
	free(flow);
}

int flow_begin(const struct sql_host *host, const struct asking *asking, struct flow **ret,
	       struct error *err)
{
	struct flow *flow = memory_resize(NULL, 1, sizeof(*flow));

	memset(flow, 0, sizeof(*flow));
	flow->asking = *asking;
	flow->host = host;
	int rc = host->open(host->context, &flow->source, err);
	if (rc) {
		free(flow);
		return rc;
	}
	pthread_mutex_init(&flow->lock, NULL);
	pthread_cond_init(&flow->changed, NULL);
	for (size_t i = 0; i < BATCHES; i++)
		arena_init(&flow->batches[i].arena);
	rc = pthread_create(&flow->thread, NULL, run, flow);
	if (rc) {
		flow_free(flow);
		return error_set(err, -rc, "cannot start a thread: %s", strerror(rc));
	}
	*ret = flow;
	return 0;
}

/** Give the batch that was read back, and wait for the next. False at the end. */
static bool next_batch(struct flow *flow)
{
	pthread_mutex_lock(&flow->lock);
	if (flow->reading) {
		flow->drained++;
		pthread_cond_signal(&flow->changed);
	}
	while (flow->filled == flow->drained && !flow->ended)
		pthread_cond_wait(&flow->changed, &flow->lock);
	flow->reading = flow->filled != flow->drained;
	pthread_mutex_unlock(&flow->lock);
	flow->at = 0;
	return flow->reading;
}

const struct value *flow_next(struct flow *flow)
{
	struct batch *batch = &flow->batches[flow->drained % BATCHES];

	if (!flow->reading || flow->at == batch->rows) {
		if (!next_batch(flow))
			return NULL;
		batch = &flow->batches[flow->drained % BATCHES];
	}
	flow->rows++;
	return batch->values + flow->at++ * flow->asking.selection.count;
}

uint64_t flow_rows(const struct flow *flow)
{
	return flow->rows;
}

int flow_end(struct flow *flow, struct outcome *outcome, struct error *err)
{
	pthread_mutex_lock(&flow->lock);
	__atomic_store_n(&flow->stop, true, __ATOMIC_RELAXED);
	pthread_cond_signal(&flow->changed);
	pthread_mutex_unlock(&flow->lock);
	pthread_join(flow->thread, NULL);
	*outcome = flow->outcome;
	int rc = flow->rc;
	if (rc)
		error_set(err, rc, "%s", flow->err.message);
	flow_free(flow);
	return rc;
}
