// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Waits for the sockets and timers of one `curl_multi`, and lets libcurl move. Belongs to one thread, but for `wake`.
protocol CurlDriver: AnyObject {
    /// The `curl_multi` it owns.
    var multi: UnsafeMutableRawPointer { get }

    /// Ends the wait, the present one or the next. For any thread, until `shutDown`.
    var wake: @Sendable () -> Void { get }

    /// Waits until something can move or `wake` is called, and moves it.
    func runOnce()

    /// Closes every connection and frees the `curl_multi`, which has no transfers left.
    func shutDown()
}

extension CurlTransfer.Driver {
    /// `nil` when the process has no descriptors or memory left.
    func make() -> (any CurlDriver)? {
        guard CurlLibrary.isReady, let multi = curl_multi_init() else { return nil }
        switch self {
        #if os(Linux)
        case .epoll:
            if let driver = CurlEpollDriver(multi: multi) { return driver }
            curl_multi_cleanup(multi)
            return nil
        #endif
        case .poll:
            return CurlPollDriver(multi: multi)
        }
    }
}
