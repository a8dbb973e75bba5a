// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Starts threads for blocking work.
enum CurlThread {
    /// Runs `body` on a new thread. Returns false if the system cannot create one.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Body(body))
        guard ccurl_thread_start(runBody, box.toOpaque()) == 0 else {
            box.release()
            return false
        }
        return true
    }

    fileprivate final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}

private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    ccurl_thread_block_sigpipe()
    Unmanaged<CurlThread.Body>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
