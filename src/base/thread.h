/* Threads and one kind of meeting place for them: a lock with a condition. */
#ifndef INLAY_BASE_THREAD_H
#define INLAY_BASE_THREAD_H

#include "inlay/config.h"

#if INLAY_THREADS

#include <pthread.h>

struct thread {
    pthread_t id;
    void (*run)(void *ctx);
    void *ctx;
};
/* 0, or errno. `t` stays where it is until it is joined. */
int thread_start(struct thread *t, void (*run)(void *ctx), void *ctx);
void thread_join(struct thread *t);

struct thread_gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
};
int thread_gate_init(struct thread_gate *g); /* 0, or errno */
void thread_gate_free(struct thread_gate *g);
void thread_gate_enter(struct thread_gate *g);
void thread_gate_leave(struct thread_gate *g);
void thread_gate_wait(struct thread_gate *g);   /* inside: until someone says that something changed */
void thread_gate_changed(struct thread_gate *g); /* inside: wake all that wait */

#endif

#endif
