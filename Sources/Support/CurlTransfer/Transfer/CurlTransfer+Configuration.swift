// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension CurlTransfer {
    /// Configuration of a `CurlTransfer`.
    package struct Configuration: Sendable {
        /// Certificate authorities and client certificate for `https`.
        package var tls: CurlTLS

        /// The maximum number of idle connections, over all hosts; connections in use do not count. Clamped to
        /// 1…65,536.
        package var maxIdleConnections: Int

        /// The method of waiting for sockets. Only tests change it.
        package var driver: Driver

        /// Creates a configuration; the defaults are the system's authorities, and 64 idle connections.
        package init(tls: CurlTLS = .init(), maxIdleConnections: Int = 64, driver: Driver = .preferred) {
            self.tls = tls
            self.maxIdleConnections = maxIdleConnections
            self.driver = driver
        }
    }

    /// A method of waiting for sockets.
    package enum Driver: String, Sendable, CaseIterable {
        #if os(Linux)
        /// `curl_multi_socket_action` over epoll: the cost of a wake-up grows with the number of ready sockets.
        case epoll
        #endif
        /// `curl_multi_poll`: the cost of a wake-up grows with the number of transfers. Works on every platform.
        case poll

        /// The fastest driver of the platform.
        package static var preferred: Driver {
            #if os(Linux)
            .epoll
            #else
            .poll
            #endif
        }
    }
}
