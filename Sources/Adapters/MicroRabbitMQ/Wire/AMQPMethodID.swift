// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The number of a method: that of its class and its own (AMQP 0-9-1, section 1).
struct AMQPMethodID: Sendable, Hashable {
    let classID: UInt16
    let number: UInt16

    init(_ classID: UInt16, _ number: UInt16) {
        self.classID = classID
        self.number = number
    }

    static let connectionStart = AMQPMethodID(10, 10)
    static let connectionStartOk = AMQPMethodID(10, 11)
    static let connectionSecure = AMQPMethodID(10, 20)
    static let connectionTune = AMQPMethodID(10, 30)
    static let connectionTuneOk = AMQPMethodID(10, 31)
    static let connectionOpen = AMQPMethodID(10, 40)
    static let connectionOpenOk = AMQPMethodID(10, 41)
    static let connectionClose = AMQPMethodID(10, 50)
    static let connectionCloseOk = AMQPMethodID(10, 51)
    static let connectionBlocked = AMQPMethodID(10, 60)
    static let connectionUnblocked = AMQPMethodID(10, 61)
    static let channelOpen = AMQPMethodID(20, 10)
    static let channelOpenOk = AMQPMethodID(20, 11)
    static let channelFlow = AMQPMethodID(20, 20)
    static let channelFlowOk = AMQPMethodID(20, 21)
    static let channelClose = AMQPMethodID(20, 40)
    static let channelCloseOk = AMQPMethodID(20, 41)
    static let exchangeDeclare = AMQPMethodID(40, 10)
    static let exchangeDeclareOk = AMQPMethodID(40, 11)
    static let exchangeDelete = AMQPMethodID(40, 20)
    static let exchangeDeleteOk = AMQPMethodID(40, 21)
    static let queueDeclare = AMQPMethodID(50, 10)
    static let queueDeclareOk = AMQPMethodID(50, 11)
    static let queueBind = AMQPMethodID(50, 20)
    static let queueBindOk = AMQPMethodID(50, 21)
    static let queueUnbind = AMQPMethodID(50, 50)
    static let queueUnbindOk = AMQPMethodID(50, 51)
    static let queueDelete = AMQPMethodID(50, 40)
    static let queueDeleteOk = AMQPMethodID(50, 41)
    static let basicQos = AMQPMethodID(60, 10)
    static let basicQosOk = AMQPMethodID(60, 11)
    static let basicConsume = AMQPMethodID(60, 20)
    static let basicConsumeOk = AMQPMethodID(60, 21)
    static let basicCancel = AMQPMethodID(60, 30)
    static let basicCancelOk = AMQPMethodID(60, 31)
    static let basicPublish = AMQPMethodID(60, 40)
    static let basicReturn = AMQPMethodID(60, 50)
    static let basicDeliver = AMQPMethodID(60, 60)
    static let basicAck = AMQPMethodID(60, 80)
    static let basicNack = AMQPMethodID(60, 120)
    static let confirmSelect = AMQPMethodID(85, 10)
    static let confirmSelectOk = AMQPMethodID(85, 11)
}
