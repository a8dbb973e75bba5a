// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#ifndef SWIFT_MICRO_CCURL_SHIM_H
#define SWIFT_MICRO_CCURL_SHIM_H

#if !__has_include(<curl/curl.h>)
#error "libcurl headers not found. Debian/Ubuntu: apt-get install libcurl4-openssl-dev"
#endif

// The wrappers below carry the types; libcurl's own check cannot see through an option that is a parameter.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

// Swift cannot call variadic functions: one typed wrapper for each kind of argument.

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

/// The body or header callback.
static inline CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

/// Restricts a transfer to HTTP and HTTPS. The string option came with 7.85; the mask it replaced is deprecated since.
static inline CURLcode ccurl_allow_only_http(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/// Lets a transfer that ends while its host name is being resolved leave the resolver's thread behind. Otherwise
/// libcurl waits for that thread, and one slow name server would stop every other transfer. Since 7.87; ignored before.
static inline void ccurl_leave_resolver_behind(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)easy;
#endif
}

static inline CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline void *_Nullable ccurl_get_private(CURL *easy) {
    void *context = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context) == CURLE_OK ? context : NULL;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_set_socket_callback(
    CURLM *multi, curl_socket_callback callback, void *_Nullable context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return code == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context) : code;
}

static inline CURLMcode ccurl_multi_set_timer_callback(
    CURLM *multi, curl_multi_timer_callback callback, void *_Nullable context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
    return code == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context) : code;
}

// Threads: the type of `pthread_t` and of the entry point differ between platforms as Swift sees them.

/// Starts a detached thread. 0, or an errno value when the system has no thread to give.
static inline int ccurl_thread_start(
    void *_Nullable (*_Nonnull entry)(void *_Nullable), void *_Nullable context) {
    pthread_t thread;
    int code = pthread_create(&thread, NULL, entry, context);
    return code == 0 ? pthread_detach(thread) : code;
}

/// Makes a write to a closed connection fail with EPIPE on this thread. Under CURLOPT_NOSIGNAL libcurl leaves SIGPIPE
/// to the application, and some TLS libraries write without MSG_NOSIGNAL.
static inline void ccurl_thread_block_sigpipe(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

#if defined(__linux__)

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

// `import Glibc` does not expose epoll, and Glibc and Musl declare its flags with different types.

static inline int ccurl_epoll_create(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

static inline int ccurl_eventfd_create(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static inline void ccurl_eventfd_signal(int descriptor) {
    // EAGAIN means that the counter is full: the reader has been signalled already.
    (void)!eventfd_write(descriptor, 1);
}

static inline void ccurl_eventfd_clear(int descriptor) {
    eventfd_t count;
    (void)!eventfd_read(descriptor, &count);
}

static inline void ccurl_close(int descriptor) {
    (void)close(descriptor);
}

/// The macro CURL_SOCKET_TIMEOUT has a cast in it, which Swift cannot import.
static const curl_socket_t ccurl_socket_timeout = CURL_SOCKET_TIMEOUT;

/// Watches a descriptor as libcurl's CURL_POLL_* value asks. 0, or -1 with errno.
static inline int ccurl_epoll_watch(int epoll, int descriptor, int what) {
    // CURL_POLL_NONE too: epoll reports errors of every descriptor it holds, and nobody would handle them.
    if (what == CURL_POLL_REMOVE || what == CURL_POLL_NONE) {
        return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
    }
    struct epoll_event event = {0};
    event.data.fd = descriptor;
    if (what & CURL_POLL_IN) { event.events |= EPOLLIN; }
    if (what & CURL_POLL_OUT) { event.events |= EPOLLOUT; }
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) == 0) { return 0; }
    return errno == ENOENT ? epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) : -1;
}

static inline int ccurl_epoll_descriptor(const struct epoll_event *event) {
    return event->data.fd;
}

/// What epoll reported, as libcurl's CURL_CSELECT_* mask.
static inline int ccurl_epoll_selection(const struct epoll_event *event) {
    int selection = 0;
    if (event->events & EPOLLIN) { selection |= CURL_CSELECT_IN; }
    if (event->events & EPOLLOUT) { selection |= CURL_CSELECT_OUT; }
    if (event->events & (EPOLLERR | EPOLLHUP)) { selection |= CURL_CSELECT_ERR; }
    return selection;
}

#endif

#endif
