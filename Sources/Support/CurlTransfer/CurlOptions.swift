// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Sets options of one easy handle and keeps the first failure.
struct CurlOptions {
    private let easy: UnsafeMutableRawPointer
    private(set) var code = CURLE_OK

    init(_ easy: UnsafeMutableRawPointer) {
        self.easy = easy
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        record(ccurl_set_long(easy, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: String?) {
        record(ccurl_set_string(easy, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
        record(ccurl_set_pointer(easy, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: UnsafeMutablePointer<curl_slist>) {
        record(ccurl_set_list(easy, option, value))
    }

    mutating func set(
        _ option: CURLoption,
        _ callback: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int
    ) {
        record(ccurl_set_write_callback(easy, option, callback))
    }

    /// The callback is asked now and then whether to go on.
    mutating func setProgress(
        _ callback:
            @convention(c) (UnsafeMutableRawPointer?, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> Int32,
        _ context: UnsafeMutableRawPointer
    ) {
        record(ccurl_set_progress_callback(easy, callback, context))
    }

    /// What every connection has, whatever is sent on it.
    mutating func applyConnection(url: String, timeout: Duration, connectTimeout: Duration) {
        record(ccurl_allow_only_http(easy))
        ccurl_detach_resolver(easy)
        set(CURLOPT_URL, url)
        set(CURLOPT_TIMEOUT_MS, timeout.curlMilliseconds)
        set(CURLOPT_CONNECTTIMEOUT_MS, connectTimeout.curlMilliseconds)
        set(CURLOPT_NOSIGNAL, 1)
        // Empty, not unset: libcurl would take a proxy from the environment.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, 30)
        set(CURLOPT_TCP_KEEPINTVL, 10)
    }

    mutating func apply(_ request: CurlRequest) {
        applyConnection(url: request.url, timeout: request.timeout, connectTimeout: request.connectTimeout)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        set(CURLOPT_USERAGENT, "swift-micro")
        applyBody(request)
    }

    mutating func apply(_ tls: CurlTLS) {
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // Without a passphrase OpenSSL asks for that of an encrypted key on the terminal, and the thread waits for it.
        set(CURLOPT_KEYPASSWD, "")
        if let file = tls.certificateAuthorityFile {
            set(CURLOPT_CAINFO, file)
            // The directory of the system's authorities is trusted beside the file otherwise.
            set(CURLOPT_CAPATH, nil)
        }
        if let file = tls.clientCertificateFile {
            set(CURLOPT_SSLCERT, file)
            set(CURLOPT_SSLKEY, tls.clientKeyFile ?? file)
        }
    }

    private mutating func applyBody(_ request: CurlRequest) {
        if let body = request.body ?? (request.wantsBody ? [] : nil) {
            record(ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            // libcurl reads a copy: nothing holds Swift's array in place until the transfer ends.
            body.withUnsafeBytes { bytes in
                // An empty array may have no address, and libcurl takes none for "no body".
                withUnsafeBytes(of: 0) { empty in
                    let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? empty.baseAddress)
                    record(ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, start))
                }
            }
        }
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else {
            set(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    private mutating func record(_ result: CURLcode) {
        if code == CURLE_OK { code = result }
    }
}

extension CurlRequest {
    /// libcurl's list, which the caller frees; `nil` for want of memory.
    func makeHeaderLines() -> UnsafeMutablePointer<curl_slist>? {
        // A name without a value takes out what libcurl adds by itself. `Expect` would cost a round trip, or a second.
        var lines = ["Expect:"]
        if !headers.contains(where: { $0.0.lowercased() == "content-type" }) { lines.append("Content-Type:") }
        // A semicolon is how libcurl is told to send an empty value.
        lines += headers.map { name, value in value.allSatisfy(\.isWhitespace) ? "\(name);" : "\(name): \(value)" }

        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return nil
            }
            list = longer
        }
        return list
    }

    /// Methods whose requests say that they have no body (RFC 9110 §8.6).
    fileprivate var wantsBody: Bool {
        method == "POST" || method == "PUT" || method == "PATCH"
    }
}
