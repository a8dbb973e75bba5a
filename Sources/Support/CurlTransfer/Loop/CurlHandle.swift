// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A transfer of the `curl_multi`: the easy handle and the received header. Confined to the thread.
final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    let exchange: any CurlExchange
    private let headerLines: UnsafeMutablePointer<curl_slist>
    private let errorText: UnsafeMutablePointer<CChar>
    private var head = CurlResponseHead()
    private var hasFirstLine = false
    /// The response without body, once the header is complete.
    private var response: CurlResponse?
    /// The reason why a callback rejected data; libcurl itself reports a failed write.
    private var callbackError: CurlError?

    /// CURLE_TOO_LARGE, which libcurl 8.6 reports in place of CURLE_OUT_OF_MEMORY and older headers do not define.
    private static let tooLarge: UInt32 = 100

    /// - Throws: `CurlError` if libcurl rejects the request or is out of memory.
    init(_ exchange: any CurlExchange, tls: CurlTLS) throws(CurlError) {
        let request = exchange.request
        // No property is assigned before both allocations have succeeded, because `deinit` frees them.
        guard let headerLines = request.makeHeaderLines() else {
            throw CurlError(code: CURLE_OUT_OF_MEMORY, detail: "")
        }
        guard let easy = curl_easy_init() else {
            curl_slist_free_all(headerLines)
            throw CurlError(code: CURLE_OUT_OF_MEMORY, detail: "")
        }
        self.easy = easy
        self.exchange = exchange
        self.headerLines = headerLines
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))

        var options = CurlOptions(easy)
        options.apply(request)
        options.apply(tls)
        options.set(CURLOPT_HTTPHEADER, headerLines)
        options.set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
        // Unretained: the loop holds the handle as long as libcurl has the transfer.
        let context = Unmanaged.passUnretained(self).toOpaque()
        options.set(CURLOPT_PRIVATE, context)
        options.set(CURLOPT_HEADERDATA, context)
        options.set(CURLOPT_WRITEDATA, context)
        options.set(CURLOPT_HEADERFUNCTION, headerArrived)
        options.set(CURLOPT_WRITEFUNCTION, bodyArrived)
        guard options.code == CURLE_OK else { throw CurlError(code: options.code, detail: "") }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerLines)
        errorText.deallocate()
    }

    /// The handle that belongs to an easy handle.
    static func of(_ easy: UnsafeMutableRawPointer) -> CurlHandle? {
        ccurl_get_private(easy).map { Unmanaged<CurlHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The result of the exchange when libcurl has finished the transfer.
    func result(_ code: CURLcode) -> Result<CurlResponse, any Error> {
        if let callbackError { return .failure(callbackError) }
        // libcurl limits the length of a line, and does not pass on any part of a longer line.
        if !head.isComplete, code == CURLE_OUT_OF_MEMORY || code.rawValue == Self.tooLarge {
            return .failure(CurlError.headersTooLarge)
        }
        guard code == CURLE_OK else { return .failure(CurlError(code: code, detail: String(cString: errorText))) }
        // libcurl accepts a header that is cut off.
        guard let response else {
            return .failure(
                CurlError(kind: .connectionLost, message: "the connection ended within the response's header"))
        }
        return .success(response)
    }

    /// Resumes a paused transfer. libcurl may deliver held-back data during the call.
    func resume() -> CURLcode {
        curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    /// Handles a header line. Returning false aborts the transfer.
    fileprivate func receive(headerLine: UnsafeRawBufferPointer) -> Bool {
        if !hasFirstLine {
            hasFirstLine = true
            exchange.receiveFirstLine()
        }
        guard head.append(line: headerLine) else {
            callbackError = .headersTooLarge
            return false
        }
        return response != nil || !head.isComplete || receiveHead()
    }

    /// Handles the complete header. Returning false aborts the transfer.
    private func receiveHead() -> Bool {
        var status = 0
        guard ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, (200...999).contains(status) else {
            callbackError = CurlError(kind: .badResponse, message: "the response has no final status code")
            return false
        }
        // libcurl reads the option whenever its timer fires: setting it here removes the limit for the body.
        if !exchange.appliesTimeoutToBody { _ = ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, 0) }
        let response = CurlResponse(status: status, headers: head.headers, body: [])
        self.response = response
        exchange.receive(head: response)
        return true
    }

    /// Handles a piece of the body and returns the result of libcurl's write callback.
    fileprivate func receive(body: UnsafeRawBufferPointer) -> Int {
        switch exchange.receive(body: body) {
        case .accepted:
            return body.count
        case .paused:
            return Int(CURL_WRITEFUNC_PAUSE)
        case .rejected(let error):
            callbackError = error
            return 0
        }
    }
}

private func headerArrived(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    // libcurl guarantees a size of 1.
    return handle.receive(headerLine: UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
}

private func bodyArrived(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    return handle.receive(body: UnsafeRawBufferPointer(start: bytes, count: count))
}
