// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// libcurl's process-wide state.
enum CurlLibrary {
    /// Sets it up on first use; Swift runs an initialiser like this one once, whatever the threads.
    static let isReady = {
        ccurl_keep_tls_at_exit()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()
}
