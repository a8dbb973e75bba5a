// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl
import Foundation

/// A connection without HTTP: an easy handle with `CURLOPT_CONNECT_ONLY`, on which `curl_easy_send` and
/// `curl_easy_recv` move bytes. Confined to one thread.
final class CurlConnection {
    /// The result of sending or receiving.
    enum IOResult {
        case bytes(Int)
        /// Try again when the descriptor is ready.
        case wouldBlock
    }

    private let easy: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private let connectTo: UnsafeMutablePointer<curl_slist>?
    private let shouldContinue: ContinuationCheck

    /// Holds the closure that libcurl's progress callback calls.
    private final class ContinuationCheck {
        let check: () -> Bool
        init(_ check: @escaping () -> Bool) { self.check = check }
    }

    /// Connects, and performs the TLS handshake if the target has one. Blocks.
    ///
    /// - Parameters:
    ///   - localSocket: A Unix socket to connect to in place of the target.
    ///   - shouldContinue: Called about once a second; false aborts.
    init(
        to target: CurlSocketTarget, through localSocket: CurlLocalListener.Name? = nil, tls: CurlTLS,
        timeout: Duration,
        while shouldContinue: @escaping () -> Bool
    ) throws(CurlError) {
        guard CurlLibrary.isReady, let easy = curl_easy_init() else {
            throw CurlError(code: CURLE_OUT_OF_MEMORY, detail: "")
        }
        self.easy = easy
        self.shouldContinue = ContinuationCheck(shouldContinue)
        connectTo = target.connectTo.flatMap { curl_slist_append(nil, $0) }
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))

        var options = CurlOptions(easy)
        options.applyConnection(url: target.url, timeout: timeout, connectTimeout: timeout)
        options.apply(tls)
        options.set(CURLOPT_CONNECT_ONLY, 1)
        // The protocol within TLS is not HTTP.
        options.set(CURLOPT_SSL_ENABLE_ALPN, 0)
        options.set(CURLOPT_BUFFERSIZE, 512 * 1024)
        options.set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
        if let connectTo { options.set(CURLOPT_CONNECT_TO, connectTo) }
        switch localSocket {
        case .abstract(let name)?: options.set(CURLOPT_ABSTRACT_UNIX_SOCKET, name)
        case .file(let file)?: options.set(CURLOPT_UNIX_SOCKET_PATH, file.path)
        case nil: break
        }
        // Unretained: this object holds the check, and frees the easy handle first.
        options.setProgress(progressCallback, Unmanaged.passUnretained(self.shouldContinue).toOpaque())
        guard options.code == CURLE_OK else { throw CurlError(code: options.code, detail: "") }
        let code = curl_easy_perform(easy)
        guard code == CURLE_OK else { throw CurlError(code: code, detail: String(cString: errorText)) }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(connectTo)
        errorText.deallocate()
    }

    /// The descriptor to wait for; -1 if the connection has ended.
    var descriptor: Int32 { ccurl_get_socket(easy) }

    /// Sends some of the bytes. After `wouldBlock`, the same bytes must be passed again, as TLS requires.
    func send(_ bytes: UnsafeRawBufferPointer) throws(CurlError) -> IOResult {
        var count = 0
        return try ioResult(curl_easy_send(easy, bytes.baseAddress, bytes.count, &count), count)
    }

    /// Receives bytes; 0 bytes at the end of the connection.
    func receive(into bytes: UnsafeMutableRawBufferPointer) throws(CurlError) -> IOResult {
        var count = 0
        return try ioResult(curl_easy_recv(easy, bytes.baseAddress, bytes.count, &count), count)
    }

    private func ioResult(_ code: CURLcode, _ count: Int) throws(CurlError) -> IOResult {
        switch code {
        case CURLE_OK: return .bytes(count)
        case CURLE_AGAIN: return .wouldBlock
        default: throw CurlError(code: code, detail: "")
        }
    }

    fileprivate static func shouldContinue(_ context: UnsafeMutableRawPointer?) -> Bool {
        guard let context else { return true }
        return Unmanaged<ContinuationCheck>.fromOpaque(context).takeUnretainedValue().check()
    }
}

private func progressCallback(
    _ context: UnsafeMutableRawPointer?, _ downloadTotal: curl_off_t, _ downloaded: curl_off_t,
    _ uploadTotal: curl_off_t, _ uploaded: curl_off_t
) -> Int32 {
    CurlConnection.shouldContinue(context) ? 0 : 1
}
