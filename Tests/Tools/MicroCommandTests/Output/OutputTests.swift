// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@testable import MicroCommand

@Suite struct OutputTests {
    @Test(arguments: [
        ("plain", "plain"), ("tab\tline\n", "tab\\tline\\n"), ("\u{1B}[31m", "\\u{1B}[31m"), ("\u{9B}1m", "\\u{9B}1m"),
        ("\u{202E}abc", "\\u{202E}abc"), ("\u{200B}", "\\u{200B}"), ("世界 é", "世界 é"), ("\u{7F}", "\\u{7F}"),
        ("\u{2028}", "\\u{2028}"),
    ])
    func unprintableCharactersAreEscaped(_ text: String, _ expected: String) {
        #expect(TerminalText.escaped(text) == expected)
    }

    @Test func longTextIsCut() {
        let text = String(repeating: "é", count: 5_000_000)
        let escaped = TerminalText.escaped(text, maxLength: 10)
        #expect(escaped == "éééééééééé… (10000000 bytes)")
    }

    @Test func escapedJSONIsTheSameJSON() {
        let json = "{\"a\":\"\u{202E}x\u{1F600}\u{E000}\"}"
        #expect(TerminalText.escapedJSON(json) == "{\"a\":\"\\u202ex\u{1F600}\\ue000\"}")
    }

    @Test(arguments: [
        (
            #"{"b":1.50,"a":[1,{}],"e":{},"f":[]}"#,
            "{\n\t\"b\": 1.50,\n\t\"a\": [\n\t\t1,\n\t\t{}\n\t],\n\t\"e\": {},\n\t\"f\": []\n}"
        ),
        (#"{"s":"a{,}:\" b"}"#, "{\n\t\"s\": \"a{,}:\\\" b\"\n}"), ("12345678901234567890", "12345678901234567890"),
    ])
    func jsonIsIndentedWithoutChangingNumbers(_ json: String, _ expected: String) {
        #expect(JSONText.indented(Array(json.utf8)) == expected)
    }

    @Test func invalidJSONIsNotReformatted() {
        #expect(JSONText.indented(Array("{".utf8)) == nil)
        #expect(JSONText.compact(Array("hello".utf8)) == nil)
        #expect(JSONText.compact(Array("{ \"a b\" : 1 }".utf8)) == "{\"a b\":1}")
    }

    @Test func tableIsAlignedOnTerminalsAndTabSeparatedOtherwise() {
        var table = Table("NAME", "VALUE")
        table.add("世界", "a long value that is cut")
        #expect(table.lines(width: nil, usesColor: false) == ["NAME\tVALUE", "世界\ta long value that is cut"])
        #expect(table.lines(width: 16, usesColor: false) == ["NAME  VALUE", "世界  a long va…"])
    }

    @Test func styleIsOnlyShownWithColor() {
        #expect(StyledText("a\u{1B}", .red).rendered(usesColor: false).text == "a\\u{1B}")
        #expect(StyledText("a", .red).rendered(usesColor: true).text == "\u{1B}[31ma\u{1B}[0m")
    }

    @Test func durationsHaveGoForm() {
        #expect(DurationText.go(nanoseconds: 3_723_000_000_000) == "1h2m3s")
        #expect(DurationText.go(nanoseconds: 0) == "0s" && DurationText.go(nanoseconds: 1_500_000) == "1.5ms")
        #expect(DurationText.age(seconds: 90_061) == "1d1h" && DurationText.age(seconds: 59) == "59s")
    }

    @Test func templateHasEveryField() {
        let address = [ValueShape(name: "street", type: "string"), ValueShape(name: "no", type: "int32")]
        let shape = ValueShape(
            name: "R", type: "R",
            values: [
                ValueShape(name: "name", type: "string"), ValueShape(name: "tags", type: "[]string"),
                ValueShape(name: "ok", type: "bool"), ValueShape(name: "data", type: "[]uint8"),
                ValueShape(name: "homes", type: "[]Address", values: address),
                ValueShape(name: "home", type: "*Address", values: address),
                ValueShape(name: "labels", type: "map[string]string"),
            ])
        #expect(
            RequestTemplate.json(for: shape) == """
                {"name":"","tags":[""],"ok":false,"data":"","homes":[{"street":"","no":0}],\
                "home":{"street":"","no":0},"labels":{}}
                """)
        #expect(RequestTemplate.json(for: nil) == "{}")
    }
}

@Suite struct FieldArgumentsTests {
    private let shape = ValueShape(
        name: "R", type: "R",
        values: [
            ValueShape(name: "name", type: "string"), ValueShape(name: "age", type: "int64"),
            ValueShape(name: "tags", type: "[]string"), ValueShape(name: "ok", type: "bool"),
            ValueShape(name: "rate", type: "float64"),
            ValueShape(name: "home", type: "Address", values: [ValueShape(name: "city", type: "string")]),
        ])

    @Test func fieldsAreTypedByTheShape() throws {
        var fields = FieldArguments(shape: shape)
        for (name, value) in [
            ("name", "42"), ("age", "9007199254740993"), ("tags", "a,b"), ("ok", nil), ("rate", "1.50"),
            ("home.city", "Rome"),
        ] { try fields.set(name, to: value) }
        #expect(
            fields.json == """
                {"name":"42","age":9007199254740993,"tags":["a","b"],"ok":true,"rate":1.50,"home":{"city":"Rome"}}
                """)
    }

    @Test(arguments: [
        ("age", "x"), ("age", "1.5"), ("ok", "maybe"), ("rate", "nan"), ("none", "1"), ("home.none", "1"), ("", "1"),
    ])
    func wrongFieldsAreReported(_ name: String, _ value: String) {
        var fields = FieldArguments(shape: shape)
        #expect(throws: CommandError.self) { try fields.set(name, to: value) }
    }

    @Test func unknownShapeTakesJSONOrText() throws {
        var fields = FieldArguments(shape: nil)
        for (name, value) in [("a", "1"), ("b", "x y"), ("c", "[1]")] { try fields.set(name, to: value) }
        #expect(fields.json == #"{"a":1,"b":"x y","c":[1]}"#)
    }
}
