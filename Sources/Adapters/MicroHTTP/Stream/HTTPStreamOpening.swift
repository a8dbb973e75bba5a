// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The header of a server's response to the opening of a stream. Only swift-micro servers send it, and only to
/// swift-micro clients: go-micro does not respond to the opening, and repeats the headers of the request in all other
/// responses.
enum HTTPStreamOpening {
    static let headerName = "Micro-Stream"
    static let headerValue = "open"
}
