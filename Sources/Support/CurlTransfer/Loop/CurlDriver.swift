// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Waits for the sockets and timers of a `curl_multi` and lets libcurl handle them. Confined to one thread, except
/// `wake`.
protocol CurlDriver: AnyObject {
    /// The `curl_multi`, which the driver owns.
    var multi: UnsafeMutableRawPointer { get }

    /// Interrupts the current wait, or the next one. It may be called on any thread until `shutDown`.
    var wake: @Sendable () -> Void { get }

    /// Waits for sockets, timers or `wake`, and lets libcurl handle them.
    func runOnce()

    /// Closes all connections and frees the `curl_multi`, which must not have transfers.
    func shutDown()
}

extension CurlTransfer.Driver {
    /// Creates the driver; nil if libcurl cannot be initialized, or the process has run out of descriptors or memory.
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
