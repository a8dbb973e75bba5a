// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension CurlTransfer {
    /// What all requests of one `CurlTransfer` share.
    package struct Configuration: Sendable {
        /// Trust and identity over `https`.
        package var tls: CurlTLS

        /// Connections kept open for later requests, over all hosts, beside those in use. Kept within 1…65,536.
        package var maxIdleConnections: Int

        /// How the thread waits; a choice only for tests.
        package var driver: Driver

        /// Verified TLS and 64 idle connections, unless given.
        package init(tls: CurlTLS = .init(), maxIdleConnections: Int = 64, driver: Driver = .preferred) {
            self.tls = tls
            self.maxIdleConnections = maxIdleConnections
            self.driver = driver
        }
    }

    /// How the thread waits for its sockets.
    package enum Driver: String, Sendable, CaseIterable {
        #if os(Linux)
        /// `curl_multi_socket_action` over epoll: a wake-up costs what became ready.
        case epoll
        #endif
        /// `curl_multi_poll`: a wake-up costs what is in flight. Works everywhere.
        case poll

        /// The platform's best.
        package static var preferred: Driver {
            #if os(Linux)
            .epoll
            #else
            .poll
            #endif
        }
    }
}
