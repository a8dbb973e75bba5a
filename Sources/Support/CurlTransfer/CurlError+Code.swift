// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

extension CurlError {
    /// Creates an error from libcurl's result. If the detail is empty, libcurl's text for the code is used.
    init(code: CURLcode, detail: String) {
        let message = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        self.init(kind: Kind(code), message: message, curlCode: Int32(truncatingIfNeeded: code.rawValue))
    }
}

extension CurlError.Kind {
    fileprivate init(_ code: CURLcode) {
        switch code {
        case CURLE_URL_MALFORMAT:
            self = .invalidURL
        case CURLE_BAD_FUNCTION_ARGUMENT:
            self = .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST:
            self = .couldNotResolve
        case CURLE_COULDNT_CONNECT:
            self = .couldNotConnect
        case CURLE_OPERATION_TIMEDOUT:
            self = .timedOut
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
            self = .connectionLost
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CLIENTCERT:
            self = .tlsFailure
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            // libcurl also reports the first code for bytes that are not HTTP; the scheme has already been checked.
            self = .badResponse
        default:
            self = .other
        }
    }
}
