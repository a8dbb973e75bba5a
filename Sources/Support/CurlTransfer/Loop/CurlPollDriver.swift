// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A driver over `curl_multi_poll` and `curl_multi_wakeup`, for platforms without epoll.
final class CurlPollDriver: CurlDriver {
    let multi: UnsafeMutableRawPointer

    init(multi: UnsafeMutableRawPointer) {
        self.multi = multi
    }

    var wake: @Sendable () -> Void {
        // libcurl allows this one call on any thread; the command queue makes none after `shutDown`.
        nonisolated(unsafe) let multi = multi
        return { curl_multi_wakeup(multi) }
    }

    func runOnce() {
        // libcurl's timers shorten the wait; a newly added transfer has one that expires immediately.
        // The limit is for an address that does not respond: libcurl 7.88 abandons it, but connects to the next one only
        // when the transfer runs again, for which it sets no timer.
        curl_multi_poll(multi, nil, 0, 1_000, nil)
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
    }

    func shutDown() {
        curl_multi_cleanup(multi)
    }
}
