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

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// OpenSSL's, which libcurl may be built on; absent if it is built on something else.
extern int OPENSSL_init_crypto(uint64_t options, const void *settings) __attribute__((weak));

/// Keeps OpenSSL from freeing its state when the process exits (OPENSSL_INIT_NO_ATEXIT, see OPENSSL_init_crypto(3)): a thread
/// that still is in it would crash then, and what was a success ends by a signal. To be called before libcurl sets it up.
static inline void ccurl_keep_tls_at_exit(void) {
    if (OPENSSL_init_crypto) { (void)OPENSSL_init_crypto(0x00080000, NULL); }
}

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

/// Called now and then while a transfer or a connection is under way; another value than 0 ends it.
static inline CURLcode ccurl_set_progress_callback(
    CURL *easy, curl_xferinfo_callback callback, void *_Nullable context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, callback);
    if (code == CURLE_OK) { code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, context); }
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) : code;
}

/// The socket of a connection made by CURLOPT_CONNECT_ONLY; -1 if there is none.
static inline int ccurl_get_socket(CURL *easy) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK ? (int)socket : -1;
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

// Descriptors, for sockets that libcurl has connected.

#define CCURL_READABLE 1
#define CCURL_WRITABLE 2

static inline void ccurl_close(int descriptor) {
    (void)close(descriptor);
}

static inline short ccurl_poll_events(int wanted) {
    return (short)(((wanted & CCURL_READABLE) ? POLLIN : 0) | ((wanted & CCURL_WRITABLE) ? POLLOUT : 0));
}

static inline int ccurl_poll_found(short events) {
    // Errors and the end of a connection are found by reading.
    return ((events & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) ? CCURL_READABLE : 0)
        | ((events & POLLOUT) ? CCURL_WRITABLE : 0);
}

/// Waits until one of two descriptors is as wanted (CCURL_READABLE, CCURL_WRITABLE), or the time is over (below 0: for
/// ever); says what each is. A descriptor below 0 is left out. 0, or an errno value; EINTR counts as the end of the time.
static inline int ccurl_poll(
    int first, int first_wanted, int second, int second_wanted, long nanoseconds, int *first_found, int *second_found) {
    struct pollfd descriptors[2] = {
        {.fd = first, .events = ccurl_poll_events(first_wanted)},
        {.fd = second, .events = ccurl_poll_events(second_wanted)},
    };
#if defined(__linux__)
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    int count = ppoll(descriptors, 2, nanoseconds < 0 ? NULL : &time, NULL);
#else
    int count = poll(descriptors, 2, nanoseconds < 0 ? -1 : (int)((nanoseconds + 999999) / 1000000));
#endif
    *first_found = count > 0 ? ccurl_poll_found(descriptors[0].revents) : 0;
    *second_found = count > 0 ? ccurl_poll_found(descriptors[1].revents) : 0;
    return count >= 0 || errno == EINTR ? 0 : errno;
}

static inline int ccurl_make_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL, 0);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

/// The number of bytes, 0 at the end; -1 if there is nothing now, -2 if the connection is broken.
static inline ptrdiff_t ccurl_read(int descriptor, void *bytes, size_t count) {
    ssize_t result = read(descriptor, bytes, count);
    if (result >= 0) { return result; }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -1 : -2;
}

/// As `ccurl_read`.
static inline ptrdiff_t ccurl_write(int descriptor, const void *bytes, size_t count) {
    ssize_t result = write(descriptor, bytes, count);
    if (result >= 0) { return result; }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -1 : -2;
}

/// Says the end of what is written, and leaves what is read.
static inline void ccurl_end_writing(int descriptor) {
    (void)shutdown(descriptor, SHUT_WR);
}

/// A Unix socket that listens, for this user alone; -1 for want of descriptors, or if the path is too long or taken.
static inline int ccurl_unix_listen(const char *path) {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address.sun_path) { return -1; }
    strcpy(address.sun_path, path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0) { return -1; }
    (void)fcntl(listener, F_SETFD, FD_CLOEXEC);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) == 0 && chmod(path, 0600) == 0
        && listen(listener, 1) == 0) {
        return listener;
    }
    close(listener);
    return -1;
}

static inline int ccurl_accept(int listener) {
    int connection = accept(listener, NULL, NULL);
    if (connection >= 0) { (void)fcntl(connection, F_SETFD, FD_CLOEXEC); }
    return connection;
}

// A bell gets a thread out of `ccurl_poll`: it becomes readable when it is rung.

#if defined(__linux__)

#include <sys/epoll.h>
#include <sys/eventfd.h>

/// Both ends are the same descriptor where the system has such. 0, or -1 for want of descriptors.
static inline int ccurl_bell_create(int ends[2]) {
    ends[0] = ends[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return ends[0] < 0 ? -1 : 0;
}

static inline void ccurl_bell_ring(int writing) {
    // EAGAIN means that the counter is full: it has been rung already.
    (void)!eventfd_write(writing, 1);
}

static inline void ccurl_bell_clear(int reading) {
    eventfd_t count;
    (void)!eventfd_read(reading, &count);
}

static inline void ccurl_bell_close(int reading, int writing) {
    (void)close(reading);
    (void)writing; // the same
}

#else

static inline int ccurl_bell_create(int ends[2]) {
    if (pipe(ends) < 0) { return -1; }
    for (int end = 0; end < 2; end++) {
        (void)fcntl(ends[end], F_SETFD, FD_CLOEXEC);
        (void)ccurl_make_nonblocking(ends[end]);
    }
    return 0;
}

static inline void ccurl_bell_ring(int writing) {
    (void)!write(writing, "", 1);
}

static inline void ccurl_bell_clear(int reading) {
    char bytes[64];
    while (read(reading, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {}
}

static inline void ccurl_bell_close(int reading, int writing) {
    (void)close(reading);
    (void)close(writing);
}

#endif

#if defined(__linux__)

// `import Glibc` does not expose epoll, and Glibc and Musl declare its flags with different types.

static inline int ccurl_epoll_create(void) {
    return epoll_create1(EPOLL_CLOEXEC);
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
