// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The process-wide state of libcurl.
enum CurlLibrary {
    /// Initializes libcurl on first use, and reports whether that succeeded.
    static let isReady = {
        ccurl_keep_tls_at_exit()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()
}
