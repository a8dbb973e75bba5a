// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension GoMicroHeaders {
    /// A header that go-micro's transports use themselves. All other headers belong to the user.
    package enum TransportField: UInt8, Sendable, CaseIterable {
        case contentType
        case accept
        case timeout
        case id
        case service
        case method
        case endpoint
        case error
        case stream
        case kind

        /// The name that is written.
        var name: String {
            switch self {
            case .contentType: GoMicroHeaderName.contentType
            case .accept: GoMicroHeaderName.accept
            case .timeout: GoMicroHeaderName.timeout
            case .id: GoMicroHeaderName.id
            case .service: GoMicroHeaderName.service
            case .method: GoMicroHeaderName.method
            case .endpoint: GoMicroHeaderName.endpoint
            case .error: GoMicroHeaderName.error
            case .stream: GoMicroHeaderName.stream
            case .kind: GoMicroRequestKind.headerName
            }
        }

        /// A set of fields that does not allocate.
        struct Set: Sendable {
            private var bits: UInt16 = 0

            func contains(_ field: TransportField) -> Bool { bits & (1 << UInt16(field.rawValue)) != 0 }

            mutating func insert(_ field: TransportField) { bits |= 1 << UInt16(field.rawValue) }
        }
    }

    /// A name of a transport field.
    package struct TransportFieldName: Sendable {
        /// The field.
        package let field: TransportField
        /// Whether it is the name with the prefix `X-`, which is used only if the field is missing under its current
        /// name.
        package let isLegacy: Bool
    }

    /// All names of the transport's fields. A transport with additional fields adds them to its ``FieldNameTable``.
    package static let transportFields: [(text: String, name: TransportFieldName)] = TransportField.allCases.flatMap {
        field in
        let current = [(text: field.name, name: TransportFieldName(field: field, isLegacy: false))]
        guard field.name.hasPrefix("Micro-") else { return current }
        let legacyName = GoMicroHeaderName.legacyPrefix + field.name
        return current + [(legacyName, TransportFieldName(field: field, isLegacy: true))]
    }

    /// The transport field with a name; nil for a header of the user.
    package static func transportFieldName(_ name: String) -> TransportFieldName? {
        transportFieldTable[name].map { transportFields[$0].name }
    }

    private static let transportFieldTable = FieldNameTable(transportFields.map(\.text))
}
