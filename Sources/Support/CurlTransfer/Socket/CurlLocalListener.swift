// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl
import Foundation

/// A listening Unix socket to which only this process connects.
///
/// On Linux, the name of the socket is abstract (unix(7)) and needs no file, so a read-only or missing temporary folder
/// does not matter. On other platforms, it is a file in a temporary folder that only this user can open.
struct CurlLocalListener {
    /// The name of the socket.
    enum Name {
        case abstract(String)
        case file(URL)
    }

    let name: Name
    private let descriptor: Int32

    /// Creates the socket.
    ///
    /// - Throws: `CurlError` of kind `other`.
    init() throws(CurlError) {
        let id = "micro-\(UUID().uuidString)"
        #if os(Linux)
        name = .abstract(id)
        descriptor = ccurl_abstract_listen(id)
        guard descriptor >= 0 else {
            throw CurlError(kind: .other, message: "the process has no descriptor left for a connection")
        }
        #else
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(String(id.prefix(14)))
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CurlError(kind: .other, message: "cannot create the folder \(folder.path) for a socket: \(error)")
        }
        let file = folder.appendingPathComponent("tls")
        name = .file(file)
        descriptor = ccurl_unix_listen(file.path)
        guard descriptor >= 0 else {
            try? FileManager.default.removeItem(at: folder)
            throw CurlError(kind: .other, message: "cannot create the socket \(file.path): the path may be too long")
        }
        #endif
    }

    /// Waits for a connection from this process until the deadline, and returns its descriptor; -1 if there is none.
    /// Blocks.
    func accept(by deadline: ContinuousClock.Instant) -> Int32 {
        while deadline > .now {
            var (found, none): (Int32, Int32) = (0, 0)
            let nanoseconds = (deadline - .now).curlMilliseconds * 1_000_000
            _ = ccurl_poll(descriptor, CCURL_READABLE, -1, 0, nanoseconds, &found, &none)
            guard found != 0 else { continue }
            let connection = ccurl_accept(descriptor)
            #if os(Linux)
            if connection >= 0, ccurl_is_own_peer(connection) == 0 {
                ccurl_close(connection)
                continue
            }
            #endif
            return connection
        }
        return -1
    }

    /// Closes the socket, and removes its file.
    func close() {
        ccurl_close(descriptor)
        if case .file(let file) = name { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    }
}
