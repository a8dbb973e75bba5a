// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging

/// The format of the access log.
public enum AccessLogFormat: String, Sendable, CaseIterable {
    /// A structured log record, with the fields as metadata.
    case json
    /// The combined format of Apache HTTP Server
    /// ([documentation](https://httpd.apache.org/docs/2.4/logs.html#combined)) as the message of the log record.
    case combined
}

/// Logs one record for each response.
struct AccessLog: Sendable {
    let format: AccessLogFormat
    let logger: Logger

    /// Logs a response. Queries are left out: they may hold secrets.
    func record(_ request: Request, _ context: EdgeContext, status: Int, size: Int?, duration: Duration) {
        switch format {
        case .json:
            logger.info(
                "request served",
                metadata: [
                    "method": "\(request.method.rawValue)", "path": "\(context.path)", "status": "\(status)",
                    "size": "\(size ?? 0)", "duration_ms": "\(duration.milliseconds)",
                    "client": "\(context.clientAddress)", "user": "\(context.identity?.name ?? "")",
                    "request_id": "\(context.requestID)",
                ])
        case .combined:
            let agent = (request.headers[.userAgent] ?? "-").filter { $0 != "\"" && !$0.isNewline }
            logger.info(
                """
                \(context.clientAddress) - \(context.identity?.name ?? "-") \
                "\(request.method.rawValue) \(context.path) HTTP/1.1" \(status) \(size.map(String.init) ?? "-") "-" \
                "\(agent)"
                """)
        }
    }
}

extension Duration {
    /// Milliseconds with three decimals.
    fileprivate var milliseconds: Double { ((self / .milliseconds(1)) * 1000).rounded() / 1000 }
}
