// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The properties of a message (AMQP 0-9-1, section 1.8). Those that this toolkit does not use are skipped.
struct AMQPProperties: Sendable, Hashable {
    var contentType: String?
    var headers = AMQPTable()
    var isPersistent = false
    var correlationID: String?
    var replyTo: String?
    var messageID: String?
    /// Seconds since 1970.
    var timestamp: UInt64?
    var type: String?
    var appID: String?

    private enum Flag {
        static let contentType: UInt16 = 1 << 15
        static let contentEncoding: UInt16 = 1 << 14
        static let headers: UInt16 = 1 << 13
        static let deliveryMode: UInt16 = 1 << 12
        static let priority: UInt16 = 1 << 11
        static let correlationID: UInt16 = 1 << 10
        static let replyTo: UInt16 = 1 << 9
        static let expiration: UInt16 = 1 << 8
        static let messageID: UInt16 = 1 << 7
        static let timestamp: UInt16 = 1 << 6
        static let type: UInt16 = 1 << 5
        static let userID: UInt16 = 1 << 4
        static let appID: UInt16 = 1 << 3
        static let clusterID: UInt16 = 1 << 2
        /// More flags follow, which no version of the protocol defines.
        static let continuation: UInt16 = 1
    }

    init() {}

    /// - Throws: ``/MicroCore/MicroError`` with `internal`.
    init(from reader: inout AMQPReader) throws(MicroError) {
        let flags = try reader.integer(UInt16.self)
        guard flags & Flag.continuation == 0 else { throw AMQPReader.violation("a message has unknown properties") }
        func text(_ flag: UInt16) throws(MicroError) -> String? {
            flags & flag == 0 ? nil : try reader.shortString()
        }
        contentType = try text(Flag.contentType)
        _ = try text(Flag.contentEncoding)
        if flags & Flag.headers != 0 { headers = try AMQPTable(from: &reader) }
        if flags & Flag.deliveryMode != 0 { isPersistent = try reader.octet() == 2 }
        if flags & Flag.priority != 0 { _ = try reader.octet() }
        correlationID = try text(Flag.correlationID)
        replyTo = try text(Flag.replyTo)
        _ = try text(Flag.expiration)
        messageID = try text(Flag.messageID)
        if flags & Flag.timestamp != 0 { timestamp = try reader.integer(UInt64.self) }
        type = try text(Flag.type)
        _ = try text(Flag.userID)
        appID = try text(Flag.appID)
        _ = try text(Flag.clusterID)
    }

    func write(to writer: inout AMQPWriter) {
        var flags: UInt16 = isPersistent ? Flag.deliveryMode : 0
        if contentType != nil { flags |= Flag.contentType }
        if !headers.fields.isEmpty { flags |= Flag.headers }
        if correlationID != nil { flags |= Flag.correlationID }
        if replyTo != nil { flags |= Flag.replyTo }
        if messageID != nil { flags |= Flag.messageID }
        if timestamp != nil { flags |= Flag.timestamp }
        if type != nil { flags |= Flag.type }
        if appID != nil { flags |= Flag.appID }
        writer.integer(flags)
        if let contentType { writer.shortString(contentType) }
        if !headers.fields.isEmpty { headers.write(to: &writer) }
        if isPersistent { writer.octet(2) }
        if let correlationID { writer.shortString(correlationID) }
        if let replyTo { writer.shortString(replyTo) }
        if let messageID { writer.shortString(messageID) }
        if let timestamp { writer.integer(timestamp) }
        if let type { writer.shortString(type) }
        if let appID { writer.shortString(appID) }
    }
}

/// The payload of a header frame (AMQP 0-9-1, section 4.2.6.1).
struct AMQPContentHeader: Sendable, Hashable {
    let bodySize: UInt64
    let properties: AMQPProperties

    init(bodySize: UInt64, properties: AMQPProperties) {
        self.bodySize = bodySize
        self.properties = properties
    }

    /// - Throws: ``/MicroCore/MicroError`` with `internal`.
    init(parsing payload: UnsafeRawBufferPointer) throws(MicroError) {
        var reader = AMQPReader(payload)
        guard try reader.integer(UInt16.self) == AMQPMethodID.basicPublish.classID else {
            throw AMQPReader.violation("a header frame is not of the class basic")
        }
        _ = try reader.integer(UInt16.self)
        bodySize = try reader.integer(UInt64.self)
        properties = try AMQPProperties(from: &reader)
    }

    func write(to writer: inout AMQPWriter) {
        writer.integer(AMQPMethodID.basicPublish.classID)
        writer.integer(UInt16(0))
        writer.integer(bodySize)
        properties.write(to: &writer)
    }
}
