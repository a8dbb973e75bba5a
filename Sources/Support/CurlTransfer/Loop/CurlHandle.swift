// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// One transfer inside the `curl_multi`: the easy handle and what has arrived. Belongs to the thread.
final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    let exchange: any CurlExchange
    private let headerLines: UnsafeMutablePointer<curl_slist>
    private let errorText: UnsafeMutablePointer<CChar>
    private var head = CurlResponseHead()
    /// What the header said, once it is complete.
    private var response: CurlResponse?
    /// Why a callback refused what came, which libcurl reports as a failed write.
    private var callbackError: CurlError?

    /// CURLE_TOO_LARGE, which replaced CURLE_OUT_OF_MEMORY there in 8.6 and is not in older headers.
    private static let tooLarge: UInt32 = 100

    /// - Throws: `CurlError` when libcurl does not take the request, or has no memory.
    init(_ exchange: any CurlExchange, tls: CurlTLS) throws(CurlError) {
        let request = exchange.request
        // Nothing is assigned before both exist: `deinit` runs as soon as everything is.
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
        // The loop holds the handle for as long as libcurl has the transfer.
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

    /// The handle libcurl gives back with `easy`.
    static func of(_ easy: UnsafeMutableRawPointer) -> CurlHandle? {
        ccurl_get_private(easy).map { Unmanaged<CurlHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    /// How the exchange ends, once libcurl is done.
    func result(_ code: CURLcode) -> Result<CurlResponse, any Error> {
        if let callbackError { return .failure(callbackError) }
        // A line that does not end: libcurl gives up at its own limit, before it reports any of it.
        if !head.isComplete, code == CURLE_OUT_OF_MEMORY || code.rawValue == Self.tooLarge {
            return .failure(CurlError.headersTooLarge)
        }
        guard code == CURLE_OK else { return .failure(CurlError(code: code, detail: String(cString: errorText))) }
        // libcurl takes a header that is cut off for a whole one.
        guard let response else {
            return .failure(
                CurlError(kind: .connectionLost, message: "the connection ended within the response's header"))
        }
        return .success(response)
    }

    /// Goes on after a pause. Takes what was postponed, maybe at once.
    func resume() -> CURLcode {
        curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    /// False ends the transfer.
    fileprivate func receive(headerLine: UnsafeRawBufferPointer) -> Bool {
        guard head.append(line: headerLine) else {
            callbackError = .headersTooLarge
            return false
        }
        return response != nil || !head.isComplete || receiveHead()
    }

    /// False ends the transfer.
    private func receiveHead() -> Bool {
        var status = 0
        guard ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, (200...999).contains(status) else {
            callbackError = CurlError(kind: .badResponse, message: "the response has no final status code")
            return false
        }
        // libcurl asks for the option whenever its timer fires: from here on there is no limit.
        if !exchange.appliesTimeoutToBody { _ = ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, 0) }
        let response = CurlResponse(status: status, headers: head.headers, body: [])
        self.response = response
        exchange.receive(head: response)
        return true
    }

    /// How many bytes were taken, in libcurl's terms.
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
    // libcurl promises that the size is 1.
    return handle.receive(headerLine: UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
}

private func bodyArrived(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    return handle.receive(body: UnsafeRawBufferPointer(start: bytes, count: count))
}
