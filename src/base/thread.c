/* Threads; see thread.h. */
#include "base/thread.h"

#if INLAY_THREADS

static void *thread_main(void *arg)
{
    struct thread *t = arg;
    t->run(t->ctx);
    return NULL;
}

int thread_start(struct thread *t, void (*run)(void *ctx), void *ctx)
{
    t->run = run;
    t->ctx = ctx;
    return pthread_create(&t->id, NULL, thread_main, t);
}

void thread_join(struct thread *t)
{
    pthread_join(t->id, NULL);
}

int thread_gate_init(struct thread_gate *g)
{
    int error = pthread_mutex_init(&g->lock, NULL);
    if (error)
        return error;
    error = pthread_cond_init(&g->changed, NULL);
    if (error)
        pthread_mutex_destroy(&g->lock);
    return error;
}

void thread_gate_free(struct thread_gate *g)
{
    pthread_cond_destroy(&g->changed);
    pthread_mutex_destroy(&g->lock);
}

void thread_gate_enter(struct thread_gate *g)
{
    pthread_mutex_lock(&g->lock);
}
void thread_gate_leave(struct thread_gate *g)
{
    pthread_mutex_unlock(&g->lock);
}
void thread_gate_wait(struct thread_gate *g)
{
    pthread_cond_wait(&g->changed, &g->lock);
}
void thread_gate_changed(struct thread_gate *g)
{
    pthread_cond_broadcast(&g->changed);
}

#else
typedef int thread_is_not_in_this_build; /* ISO C wants a translation unit to have something */
#endif
