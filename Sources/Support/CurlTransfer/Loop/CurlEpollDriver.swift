// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
import CCurl

/// A driver over `curl_multi_socket_action` and epoll.
final class CurlEpollDriver: CurlDriver {
    let multi: UnsafeMutableRawPointer
    private let epoll: Int32
    private let wakeup: CurlWakeup
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private var deadline: ContinuousClock.Instant?
    /// The sockets that libcurl is connecting, for which it waits only for writability.
    private var connectingDescriptors: Set<Int32> = []

    /// Creates a driver that owns `multi`; nil if no descriptor is available; in that case, the caller still owns
    /// `multi`.
    init?(multi: UnsafeMutableRawPointer) {
        let epoll = ccurl_epoll_create()
        guard epoll >= 0, let wakeup = CurlWakeup() else {
            if epoll >= 0 { ccurl_close(epoll) }
            return nil
        }
        guard ccurl_epoll_watch(epoll, wakeup.descriptor, CURL_POLL_IN) == 0 else {
            ccurl_close(epoll)
            wakeup.close()
            return nil
        }
        self.multi = multi
        self.epoll = epoll
        self.wakeup = wakeup
        events = .allocate(capacity: 64)
        // Unretained: `shutDown` frees the multi before the driver is released.
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_multi_set_socket_callback(multi, socketChanged, context)
        _ = ccurl_multi_set_timer_callback(multi, timerChanged, context)
    }

    deinit {
        events.deallocate()
    }

    var wake: @Sendable () -> Void {
        let wakeup = wakeup
        return { wakeup.signal() }
    }

    func runOnce() {
        var running: Int32 = 0
        // A failed wait (EINTR) reports no events; the caller's loop waits again.
        let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), timeout)
        for index in 0..<max(0, Int(count)) {
            var event = events[index]
            let descriptor = ccurl_epoll_descriptor(&event)
            if descriptor == wakeup.descriptor {
                wakeup.clear()
            } else {
                curl_multi_socket_action(multi, descriptor, ccurl_epoll_selection(&event), &running)
            }
        }
        if let deadline, deadline <= .now {
            self.deadline = nil
            let isConnecting = !connectingDescriptors.isEmpty
            curl_multi_socket_action(multi, ccurl_socket_timeout, 0, &running)
            // libcurl 7.88 abandons an address that does not respond in this call, but connects to the next one only
            // when the transfer runs again, for which it sets no timer.
            if isConnecting { _ = ccurl_multi_run_all(multi, &running) }
        }
    }

    func shutDown() {
        curl_multi_cleanup(multi)
        ccurl_close(epoll)
        wakeup.close()
    }

    /// The time until libcurl's timer expires, in milliseconds; -1 without a timer.
    private var timeout: Int32 {
        guard let deadline else { return -1 }
        let left = ContinuousClock.now.duration(to: deadline)
        return left > .zero ? Int32(left.curlMilliseconds) : 0
    }

    fileprivate func watch(_ descriptor: Int32, what: Int32) {
        // After a failure, the transfer ends with its timeout. Removing a descriptor that libcurl has closed fails
        // without effect.
        _ = ccurl_epoll_watch(epoll, descriptor, what)
        if what == CURL_POLL_OUT {
            connectingDescriptors.insert(descriptor)
        } else {
            connectingDescriptors.remove(descriptor)
        }
    }

    fileprivate func setTimer(milliseconds: Int) {
        deadline = milliseconds < 0 ? nil : .now.advanced(by: .milliseconds(milliseconds))
    }
}

private func socketChanged(
    _ easy: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<CurlEpollDriver>.fromOpaque(context).takeUnretainedValue().watch(descriptor, what: what)
    return 0
}

private func timerChanged(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<CurlEpollDriver>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
    return 0
}
#endif
