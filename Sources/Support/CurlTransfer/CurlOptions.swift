// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl
import MicroCore

/// Sets options of an easy handle and keeps the first failure.
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

    /// Sets a callback that libcurl calls frequently during a transfer, and about once a second while nothing is
    /// transferred. A nonzero result aborts the transfer.
    mutating func setProgress(
        _ callback:
            @convention(c) (UnsafeMutableRawPointer?, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> Int32,
        _ context: UnsafeMutableRawPointer
    ) {
        record(ccurl_set_progress_callback(easy, callback, context))
    }

    /// Sets the options of every connection: URL, time limits and TCP.
    mutating func applyConnection(url: String, timeout: Duration, connectTimeout: Duration) {
        record(ccurl_allow_only_http(easy))
        ccurl_detach_resolver(easy)
        set(CURLOPT_URL, url)
        // Otherwise libcurl removes `/../` and what is before it, and the request reaches another resource.
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_TIMEOUT_MS, timeout.curlMilliseconds)
        set(CURLOPT_CONNECTTIMEOUT_MS, connectTimeout.curlMilliseconds)
        set(CURLOPT_NOSIGNAL, 1)
        // Empty rather than unset: otherwise, libcurl would read a proxy from the environment.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, 30)
        set(CURLOPT_TCP_KEEPINTVL, 10)
        // Every new connection resolves the name, so that clients follow a server whose address changes. Connections
        // are reused.
        set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
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
        // Without a passphrase, OpenSSL prompts for the passphrase of an encrypted key on the terminal, and blocks the
        // thread.
        set(CURLOPT_KEYPASSWD, "")
        if let file = tls.certificateAuthorityFile {
            set(CURLOPT_CAINFO, file)
            // Every new connection reads the file, which may have been replaced.
            ccurl_set_authority_cache_timeout(easy, 0)
            // Otherwise libcurl also trusts the system's directory of authorities.
            set(CURLOPT_CAPATH, nil)
        }
        if let file = tls.clientCertificateFile {
            set(CURLOPT_SSLCERT, file)
            set(CURLOPT_SSLKEY, tls.clientKeyFile ?? file)
        }
        applyEmbedded(tls)
    }

    /// Sets certificates that are not in files.
    private mutating func applyEmbedded(_ tls: CurlTLS) {
        if let authorities = tls.certificateAuthorities {
            set(CURLOPT_CAINFO, nil)
            set(CURLOPT_CAPATH, nil)
            setCopy(CURLOPT_CAINFO_BLOB, of: authorities)
        }
        if let certificate = tls.clientCertificate {
            setCopy(CURLOPT_SSLCERT_BLOB, of: certificate)
            setCopy(CURLOPT_SSLKEY_BLOB, of: tls.clientKey?.reveal() ?? certificate)
        }
    }

    private mutating func setCopy(_ option: CURLoption, of text: String) {
        record(Array(text.utf8).withUnsafeBytes { ccurl_set_blob(easy, option, $0.baseAddress, $0.count) })
    }

    private mutating func applyBody(_ request: CurlRequest) {
        if let body = request.body ?? (request.wantsBody ? [] : nil) {
            record(ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            // libcurl copies the body, because the array's memory is only valid within this closure.
            body.withUnsafeBytes { bytes in
                // An empty array may have no address, and libcurl reads a null pointer as "no body".
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
    /// Whether the method anticipates a body, so that an empty one is sent with its length (RFC 9110, section 8.6).
    fileprivate var wantsBody: Bool {
        method == "POST" || method == "PUT" || method == "PATCH"
    }
}
