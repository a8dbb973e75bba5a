// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#ifndef SWIFT_MICRO_CCURL_SHIM_H
#define SWIFT_MICRO_CCURL_SHIM_H

#if !__has_include(<curl/curl.h>)
#error "libcurl headers not found. Debian/Ubuntu: apt-get install libcurl4-openssl-dev"
#endif

// libcurl's type check requires the option to be a constant; here it is a parameter, and the wrappers below have the
// types.
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

// Part of OpenSSL, on which libcurl may be built; null with another TLS library.
extern int OPENSSL_init_crypto(uint64_t options, const void *settings) __attribute__((weak));

/// Prevents OpenSSL from freeing its state when the process exits (OPENSSL_INIT_NO_ATEXIT, see OPENSSL_init_crypto(3)).
/// Without it, a thread that is inside OpenSSL at exit crashes, and a successful process ends with a signal. Call it
/// before libcurl initializes OpenSSL.
static inline void ccurl_keep_tls_at_exit(void) {
    if (OPENSSL_init_crypto) { (void)OPENSSL_init_crypto(0x00080000, NULL); }
}

// Swift cannot call variadic functions: there is one typed wrapper per argument type.

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

/// Sets an option to a copy of bytes in memory (`struct curl_blob`). An empty blob fails with CURLE_BAD_FUNCTION_ARGUMENT.
static inline CURLcode ccurl_set_blob(CURL *easy, CURLoption option, const void *_Nullable bytes, size_t count) {
    if (!bytes || count == 0) { return CURLE_BAD_FUNCTION_ARGUMENT; }
    struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(easy, option, &blob);
}

/// Sets the body or header callback.
static inline CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

/// Restricts a transfer to HTTP and HTTPS. libcurl 7.85 added the string option and deprecated the bit mask.
static inline CURLcode ccurl_allow_only_http(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/// Lets a transfer end while a resolver thread is still working on its host name. Otherwise libcurl joins that thread,
/// and one slow name server blocks all other transfers. Needs libcurl 7.87; no effect before.
static inline void ccurl_detach_resolver(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)easy;
#endif
}

/// Sets how long libcurl caches certificate authorities that it has read from a file, in seconds. Needs libcurl 7.87,
/// which introduced the cache; no effect before.
static inline void ccurl_set_authority_cache_timeout(CURL *easy, long seconds) {
#if LIBCURL_VERSION_NUM >= 0x075700
    (void)curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, seconds);
#else
    (void)easy, (void)seconds;
#endif
}

/// Sets a callback that libcurl calls about once a second during a transfer or while connecting. A nonzero result
/// aborts it.
static inline CURLcode ccurl_set_progress_callback(
    CURL *easy, curl_xferinfo_callback callback, void *_Nullable context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, callback);
    if (code == CURLE_OK) { code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, context); }
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) : code;
}

/// Returns the socket of a connection opened with CURLOPT_CONNECT_ONLY, or -1.
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

/// Runs every transfer once and reports its sockets (`curl_multi_socket_all`, which libcurl deprecates because of its
/// cost).
static inline CURLMcode ccurl_multi_run_all(CURLM *multi, int *running) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    return curl_multi_socket_all(multi, running);
#pragma GCC diagnostic pop
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

// Threads: Swift imports `pthread_t` and the entry point with different types on each platform.

/// Starts a detached thread. Returns 0, or an errno value if the system cannot create one.
static inline int ccurl_thread_start(
    void *_Nullable (*_Nonnull entry)(void *_Nullable), void *_Nullable context) {
    pthread_t thread;
    int code = pthread_create(&thread, NULL, entry, context);
    return code == 0 ? pthread_detach(thread) : code;
}

/// Makes a write to a closed connection fail with EPIPE on this thread. With CURLOPT_NOSIGNAL, libcurl leaves SIGPIPE
/// to the application, and some TLS libraries write without MSG_NOSIGNAL.
static inline void ccurl_thread_block_sigpipe(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

// Descriptors: access to sockets that libcurl has connected.

#define CCURL_READABLE 1
#define CCURL_WRITABLE 2

static inline void ccurl_close(int descriptor) {
    (void)close(descriptor);
}

static inline short ccurl_poll_events(int wanted) {
    return (short)(((wanted & CCURL_READABLE) ? POLLIN : 0) | ((wanted & CCURL_WRITABLE) ? POLLOUT : 0));
}

static inline int ccurl_poll_found(short events) {
    // A read reports errors and the end of the connection.
    return ((events & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) ? CCURL_READABLE : 0)
        | ((events & POLLOUT) ? CCURL_WRITABLE : 0);
}

/// Waits until one of two descriptors is ready as requested (CCURL_READABLE, CCURL_WRITABLE) or the timeout expires
/// (negative: no timeout), and reports what each is ready for. A negative descriptor is ignored. Returns 0, also after
/// EINTR, or an errno value.
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

/// Returns the number of bytes read, 0 at the end of the stream, -1 if nothing is available now, -2 if the connection
/// failed.
static inline ptrdiff_t ccurl_read(int descriptor, void *bytes, size_t count) {
    ssize_t result = read(descriptor, bytes, count);
    if (result >= 0) { return result; }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -1 : -2;
}

/// Returns the number of bytes written, -1 if nothing can be written now, -2 if the connection failed.
static inline ptrdiff_t ccurl_write(int descriptor, const void *bytes, size_t count) {
    ssize_t result = write(descriptor, bytes, count);
    if (result >= 0) { return result; }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -1 : -2;
}

/// Closes the sending side and leaves the receiving side open.
static inline void ccurl_end_writing(int descriptor) {
    (void)shutdown(descriptor, SHUT_WR);
}

/// Creates a listening Unix socket that only this user can open. Returns -1 if no descriptor is available, or if the
/// path is too long or in use.
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

#if defined(__linux__)

/// Creates a listening Unix socket with an abstract name (unix(7)), which needs no file. Returns -1 if no descriptor is
/// available, or if the name is too long or in use.
static inline int ccurl_abstract_listen(const char *name) {
    struct sockaddr_un address;
    size_t length = strlen(name);
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (length + 1 > sizeof address.sun_path) { return -1; }
    memcpy(address.sun_path + 1, name, length);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) { return -1; }
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    if (bind(listener, (const struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0) { return listener; }
    close(listener);
    return -1;
}

/// Whether the peer of a Unix socket is this process. Any process can connect to an abstract name.
static inline int ccurl_is_own_peer(int connection) {
    // struct ucred, which needs _GNU_SOURCE.
    struct { pid_t pid; uid_t uid; gid_t gid; } peer;
    socklen_t size = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid();
}

#endif

static inline int ccurl_accept(int listener) {
    int connection = accept(listener, NULL, NULL);
    if (connection >= 0) { (void)fcntl(connection, F_SETFD, FD_CLOEXEC); }
    return connection;
}

// A wake-up descriptor interrupts `ccurl_poll` on another thread: it becomes readable when it is signaled.

#if defined(__linux__)

#include <sys/epoll.h>
#include <sys/eventfd.h>

/// Sets the reading and the writing end; with eventfd both are the same descriptor. Returns 0, or -1 if no descriptor
/// is available.
static inline int ccurl_wakeup_create(int ends[2]) {
    ends[0] = ends[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return ends[0] < 0 ? -1 : 0;
}

static inline void ccurl_wakeup_signal(int writing) {
    // EAGAIN: the counter is at its maximum, so that the descriptor is readable already.
    (void)!eventfd_write(writing, 1);
}

static inline void ccurl_wakeup_clear(int reading) {
    eventfd_t count;
    (void)!eventfd_read(reading, &count);
}

static inline void ccurl_wakeup_close(int reading, int writing) {
    (void)close(reading);
    (void)writing; // the same descriptor
}

#else

static inline int ccurl_wakeup_create(int ends[2]) {
    if (pipe(ends) < 0) { return -1; }
    for (int end = 0; end < 2; end++) {
        (void)fcntl(ends[end], F_SETFD, FD_CLOEXEC);
        (void)ccurl_make_nonblocking(ends[end]);
    }
    return 0;
}

static inline void ccurl_wakeup_signal(int writing) {
    (void)!write(writing, "", 1);
}

static inline void ccurl_wakeup_clear(int reading) {
    char bytes[64];
    while (read(reading, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {}
}

static inline void ccurl_wakeup_close(int reading, int writing) {
    (void)close(reading);
    (void)close(writing);
}

#endif

#if defined(__linux__)

// `import Glibc` does not expose epoll, and Glibc and Musl declare its flags with different types.

static inline int ccurl_epoll_create(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

/// Swift cannot import the macro CURL_SOCKET_TIMEOUT, which contains a cast.
static const curl_socket_t ccurl_socket_timeout = CURL_SOCKET_TIMEOUT;

/// Watches a descriptor for the events of a CURL_POLL_* value. Returns 0, or -1 with errno.
static inline int ccurl_epoll_watch(int epoll, int descriptor, int what) {
    // CURL_POLL_NONE too: epoll always reports errors of a registered descriptor, and no code would handle them.
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

/// Returns the reported events as a CURL_CSELECT_* mask.
static inline int ccurl_epoll_selection(const struct epoll_event *event) {
    int selection = 0;
    if (event->events & EPOLLIN) { selection |= CURL_CSELECT_IN; }
    if (event->events & EPOLLOUT) { selection |= CURL_CSELECT_OUT; }
    if (event->events & (EPOLLERR | EPOLLHUP)) { selection |= CURL_CSELECT_ERR; }
    return selection;
}

#endif

#endif
