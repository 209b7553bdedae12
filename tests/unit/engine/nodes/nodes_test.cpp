#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/nodes/node_bench.h"

namespace vaettir::engine {
namespace {

using testing::HasSubstr;

class Nodes : public testing::Test {
 protected:
  std::string set(double version, std::string_view parameters, std::string_view items = "[{}]") {
    bench_.load_node("set", version, parameters);
    return NodeBench::shown(bench_.run(items));
  }
  NodeBench bench_;
};

TEST_F(Nodes, NoOperationPassesItemsOn) {
  bench_.load_node("noOp", 1, "{}");
  const Result<Outputs> out = bench_.run("[{a: 1}, {a: 2}]");
  EXPECT_EQ(NodeBench::shown(out), R"([{"a":1},{"a":2}])");
  EXPECT_EQ((*out)[0][1].paired.all()[0].item, 1u);
  EXPECT_EQ(bench_.effect(), Effect::kPure);
}

TEST_F(Nodes, ManualTriggerStartsWithOneEmptyItem) {
  bench_.load_node("noOp", 1, "{}");
  EXPECT_EQ(NodeBench::shown(bench_.run("[]", "Start")), "[{}]");
  EXPECT_EQ(NodeBench::shown(bench_.run("[{a: 1}]", "Start")), R"([{"a":1}])");
  EXPECT_TRUE(bench_.node("Start").is_trigger());
}

TEST_F(Nodes, StickyNoteNeverRuns) {
  bench_.load_node("stickyNote", 1, "{}");
  EXPECT_FALSE(bench_.node().runs());
  EXPECT_EQ(bench_.node().outputs(), 0u);
}

TEST_F(Nodes, IfSendsItemsOneWayOrTheOther) {
  const std::string_view condition =
      R"({conditions: {conditions: [{leftValue: '={{ $json.n }}', rightValue: 1, operator: {type: 'number', operation: 'gt'}}]}})";
  bench_.load_node("if", 2.2, condition);
  const Result<Outputs> out = bench_.run("[{n: 0}, {n: 2}, {n: 1}, {n: 5}]");
  EXPECT_EQ(NodeBench::shown(out, 0), R"([{"n":2},{"n":5}])");
  EXPECT_EQ(NodeBench::shown(out, 1), R"([{"n":0},{"n":1}])");
  EXPECT_EQ((*out)[0][1].paired.all()[0].item, 3u);
  EXPECT_EQ(
      NodeBench::shown(bench_.run("[{n: 0}, {n: 'two'}]")),
      "error: node 'Node': parameter 'conditions' for item 1: condition 1: the left value 'two' is "
      "of type string, "
      "and number is expected (convert it before, or turn on 'Convert types where required')");
  bench_.load_node("if", 2.2, condition, R"(, "onError": "continueRegularOutput")");
  EXPECT_EQ(NodeBench::shown(bench_.run("[{n: 'two'}]"), 1), R"([{"n":"two"}])");
}

TEST_F(Nodes, IfYieldsOnLongLists) {
  bench_.load_node(
      "if", 2,
      R"({conditions: {conditions: [{leftValue: '={{ $json.n }}', operator: {type: 'boolean', operation: 'true'}}]}})");
  std::string items = "[";
  for (int i = 0; i < 2500; ++i) items += "{n: true},";
  const Result<Outputs> out = bench_.run(items + "]");
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ((*out)[0].size(), 2500u);
}

TEST_F(Nodes, ErrorsNameNodeParameterAndExpression) {
  bench_.load_node(
      "set", 3.4,
      "{assignments: {assignments: [{name: 'x', value: '={{ $json.a + 1 }}', type: 'number'}]}}");
  EXPECT_THAT(NodeBench::shown(bench_.run("[{}]")),
              testing::StartsWith("error: node 'Node': parameter 'assignments': the expression {{ "
                                  "$json.a + 1 }} needs JavaScript"));
}

TEST_F(Nodes, AnErrorOfAParameterThatIsNotReadDoesNotMatter) {
  bench_.load_node("respondToWebhook", 1.1,
                   "{respondWith: 'noData', options: {}, redirectURL: '={{ $now }}'}");
  EXPECT_EQ(NodeBench::shown(bench_.run("[{}]")), "[{}]");
}

TEST_F(Nodes, SetMakesNewItems) {
  EXPECT_EQ(
      set(3.4, R"({assignments: {assignments: [{name: 'a', value: '={{ $json.n }}', type: 'string'},
            {name: 'b.c', value: '7', type: 'number'},
            {name: 'l[1]', value: true, type: 'boolean'}]}})",
          "[{n: 5}, {n: 'x'}]"),
      R"([{"a":"5","b":{"c":7},"l":[null,true]},{"a":"x","b":{"c":7},"l":[null,true]}])");
  EXPECT_EQ(set(3.4,
                "{assignments: {assignments: [{name: 'b.c', value: 1, type: 'number'}]}, options: "
                "{dotNotation: false}}"),
            R"([{"b.c":1}])");
  EXPECT_EQ(set(3.4, "{}"), "[{}]");
}

TEST_F(Nodes, SetKeepsFieldsAsAsked) {
  const std::string_view items = "[{a: 1, b: {c: 2, d: 3}, e: 4}]";
  const std::string_view fields =
      "assignments: {assignments: [{name: 'new', value: 'x', type: 'string'}, {name: 'a', value: "
      "9, type: 'number'}]}";
  EXPECT_EQ(set(3.4, fmt::format("{{{}, includeOtherFields: true}}", fields), items),
            R"([{"a":9,"b":{"c":2,"d":3},"e":4,"new":"x"}])");
  EXPECT_EQ(set(3.4, fmt::format("{{{}}}", fields), items), R"([{"new":"x","a":9}])");
  EXPECT_EQ(set(3.4,
                fmt::format("{{{}, includeOtherFields: true, include: 'selected', includeFields: "
                            "'e, b.c, gone'}}",
                            fields),
                items),
            R"([{"e":4,"c":2,"new":"x","a":9}])");
  EXPECT_EQ(
      set(3.4,
          fmt::format("{{{}, includeOtherFields: true, include: 'except', excludeFields: 'b.c,e'}}",
                      fields),
          items),
      R"([{"a":9,"b":{"d":3},"new":"x"}])");
  EXPECT_EQ(set(3, "{fields: {values: [{name: 'new', stringValue: 'x'}]}}", items),
            R"([{"a":1,"b":{"c":2,"d":3},"e":4,"new":"x"}])");
  EXPECT_EQ(set(3, "{fields: {values: [{name: 'new', stringValue: 'x'}]}, include: 'none'}", items),
            R"([{"new":"x"}])");
}

TEST_F(Nodes, SetConvertsTypes) {
  EXPECT_EQ(set(3.4, "{assignments: {assignments: [{name: 'n', value: 'hello', type: 'number'}]}}"),
            "error: node 'Node': field 'n' of item 0 is to be of type number, and the value "
            "'hello' (string) cannot be converted: "
            "correct the value, or turn on 'Ignore Type Conversion Errors'");
  EXPECT_EQ(set(3.4,
                "{assignments: {assignments: [{name: 'n', value: 'hello', type: 'number'}]}, "
                "options: {ignoreConversionErrors: true}}"),
            R"([{"n":"hello"}])");
  EXPECT_EQ(set(3.4,
                "{assignments: {assignments: [{name: 'u', value: '={{ $json.gone }}', type: "
                "'number'}]}}"),
            R"([{"u":null}])");
  EXPECT_EQ(set(3.1, "{fields: {values: [{name: 'u', stringValue: '={{ $json.gone }}'}]}}"),
            "[{}]");
  EXPECT_EQ(set(3.4,
                "{assignments: {assignments: [{name: 'o', value: '{a: 1}', type: 'object'}, {name: "
                "'j', value: [1], type: 'json'}, {name: 's', value: {k: 1}}]}}"),
            R"([{"o":{"a":1},"j":[1],"s":"{\"k\":1}"}])");
  EXPECT_EQ(set(3.2,
                "{fields: {values: [{name: 'b', type: 'booleanValue', booleanValue: 'false'}, "
                "{name: 'o', type: 'objectValue'}]}}"),
            R"([{"b":false,"o":{}}])");
}

TEST_F(Nodes, SetReadsJson) {
  EXPECT_EQ(
      set(3.4,
          R"({mode: 'raw', jsonOutput: '={"a": {{ $json.o }}, "t": "{{ $json.t }}", "b.c": 1}'})",
          R"([{o: {k: [1]}, t: "two\nlines"}])"),
      R"([{"a":{"k":[1]},"t":"two\nlines","b":{"c":1}}])");
  EXPECT_EQ(set(3.4, "{mode: 'raw', jsonOutput: '={{ $json.o }}'}", "[{o: {k: 1}}]"),
            R"([{"k":1}])");
  EXPECT_EQ(
      set(3.4, "{mode: 'raw', jsonOutput: '{\"a\": 1}', includeOtherFields: true}", "[{x: 1}]"),
      R"([{"x":1,"a":1}])");
  EXPECT_THAT(set(3.4, "{mode: 'raw', jsonOutput: '[1]'}"),
              HasSubstr("node 'Node': parameter 'jsonOutput' is no JSON object"));
  EXPECT_THAT(set(3.4, "{mode: 'raw', jsonOutput: '{\"a\"'}"), HasSubstr("line 1 column"));
}

TEST_F(Nodes, SetDuplicatesAndKeepsFiles) {
  EXPECT_EQ(set(3.4, "{duplicateItem: true, duplicateCount: 2}"), "[{},{},{}]");
  EXPECT_EQ(set(3.4, "{duplicateItem: true}"), "[{}]");
  EXPECT_THAT(set(3.4, "{duplicateItem: true, duplicateCount: 1000000000}"),
              HasSubstr("too many duplicates"));
  const std::string_view with_file = "[{json: {}, binary: {f: {mimeType: 'a/b'}}}]";
  const auto keeps = [&](double version, std::string_view parameters) {
    bench_.load_node("set", version, parameters);
    return (*bench_.run(with_file))[0][0].binary.is_object();
  };
  EXPECT_TRUE(keeps(3.4, "{includeOtherFields: true}"));
  EXPECT_FALSE(keeps(3.4, "{includeOtherFields: true, options: {stripBinary: true}}"));
  EXPECT_FALSE(keeps(3.4, "{}"));
  EXPECT_FALSE(keeps(3.3, "{}"));
  EXPECT_TRUE(keeps(3.3, "{options: {includeBinary: true}}"));
}

TEST_F(Nodes, SetPutsErrorsIntoItemsWhereItShallGoOn) {
  bench_.load_node(
      "set", 3.4,
      "{assignments: {assignments: [{name: 'n', value: '={{ $json.v }}', type: 'number'}]}}",
      R"(, "onError": "continueErrorOutput")");
  const Result<Outputs> out = bench_.run("[{v: 'x'}, {v: '2'}]");
  ASSERT_TRUE(out.has_value());
  EXPECT_THAT((*out)[0][0].json["error"].string_or(""), HasSubstr("field 'n'"));
  EXPECT_FALSE((*out)[0][0].error.is_undefined());
  EXPECT_EQ((*out)[0][1].json["n"].number(), 2);
  EXPECT_EQ(bench_.node().outputs(), 2u) << "the error output comes last";
}

class Respond : public Nodes {
 protected:
  // "STATUS Header: value; ... | body", or the error.
  std::string answer(double version, std::string_view parameters,
                     std::string_view items = "[{a: 1}, {a: 2}]") {
    bench_.responder.given.reset();
    bench_.load_node("respondToWebhook", version, parameters);
    const Result<Outputs> out = bench_.run(items);
    if (!out) return std::string(out.error().text());
    if (!bench_.responder.given) return "nothing";
    std::string text = std::to_string(bench_.responder.given->status);
    for (const auto& [name, value] : bench_.responder.given->headers) {
      text += " " + name + ": " + value.substr(0, 40) + ";";
    }
    return text + " | " + bench_.responder.given->body;
  }
};

TEST_F(Respond, WithEverythingThatIsOffered) {
  EXPECT_EQ(answer(1.1, "{}"), R"(200 Content-Type: application/json; charset=utf-8; | {"a":1})");
  EXPECT_EQ(answer(1.1, "{respondWith: 'allIncomingItems'}"),
            R"(200 Content-Type: application/json; charset=utf-8; | [{"a":1},{"a":2}])");
  EXPECT_EQ(answer(1.1, "{options: {responseKey: 'data.first'}}"),
            R"(200 Content-Type: application/json; charset=utf-8; | {"data":{"first":{"a":1}}})");
  EXPECT_EQ(answer(1.1, "{respondWith: 'json', responseBody: '{\"x\": [1,  2]}'}"),
            R"(200 Content-Type: application/json; charset=utf-8; | {"x":[1,2]})");
  EXPECT_EQ(answer(1.1, "{respondWith: 'json', responseBody: '={{ $json }}'}"),
            R"(200 Content-Type: application/json; charset=utf-8; | {"a":1})");
  EXPECT_EQ(answer(1.1, "{respondWith: 'noData', options: {responseCode: 204}}"), "204 | ");
  EXPECT_EQ(
      answer(1.4, "{respondWith: 'redirect', redirectURL: '=https://example.org/{{ $json.a }}'}"),
      "307 Location: https://example.org/1; | ");
  EXPECT_EQ(answer(1.4,
                   "{respondWith: 'redirect', redirectURL: 'https://example.org/', options: "
                   "{responseCode: 301}}"),
            "301 Location: https://example.org/; | ");
  EXPECT_EQ(answer(1.1,
                   "{respondWith: 'text', responseBody: '=Hi {{ $json.a }}', options: "
                   "{responseHeaders: {entries: [{name: 'Content-Type', value: 'text/plain'}, "
                   "{name: 'X-A', value: '={{ $json.a }}'}]}}}"),
            "200 Content-Type: text/plain; X-A: 1; | Hi 1");
}

TEST_F(Respond, HtmlIsShownInASandbox) {
  EXPECT_THAT(
      answer(1.1, "{respondWith: 'text', responseBody: '<b>'}"),
      HasSubstr("Content-Type: text/html; charset=utf-8; Content-Security-Policy: sandbox"));
  EXPECT_THAT(answer(1.1,
                     "{respondWith: 'text', options: {responseHeaders: {entries: [{name: "
                     "'content-security-policy', value: 'none'}]}}}"),
              testing::Not(HasSubstr("content-security-policy: none")));
}

TEST_F(Respond, SaysWhatIsWrong) {
  EXPECT_THAT(answer(1.1, "{respondWith: 'json', responseBody: '{\"a\"'}"),
              HasSubstr("node 'Node': parameter 'responseBody' is no valid JSON: line 1"));
  EXPECT_THAT(answer(1.1, "{respondWith: 'binary'}"),
              HasSubstr("answering with a file is not available yet"));
  EXPECT_THAT(answer(1.1, "{options: {responseCode: 99}}"), HasSubstr("response code '99'"));
  EXPECT_THAT(answer(1.1, "{options: {responseHeaders: {entries: [{name: 'a b', value: 'x'}]}}}"),
              HasSubstr("response header 'a b'"));
  EXPECT_THAT(
      answer(1.1, R"({options: {responseHeaders: {entries: [{name: 'a', value: "x\r\ny: z"}]}}})"),
      HasSubstr("response header 'a'"));
}

TEST_F(Respond, PassesItemsOnAndCarriesTheResponseOut) {
  bench_.load_node("respondToWebhook", 1.4, "{enableResponseOutput: true}");
  const Result<Outputs> out = bench_.run("[{a: 1}, {a: 2}]");
  EXPECT_EQ(NodeBench::shown(out, 0), R"([{"a":1},{"a":2}])");
  EXPECT_EQ(
      NodeBench::shown(out, 1),
      R"([{"response":{"body":{"a":1},"headers":{"content-type":"application/json; charset=utf-8"},"statusCode":200}}])");
  bench_.with_responder = false;
  bench_.load_node("respondToWebhook", 1.1, "{}");
  EXPECT_EQ(NodeBench::shown(bench_.run("[{a: 1}]")), R"([{"a":1}])") << "run by hand nobody waits";
}

class Webhooks : public testing::Test {
 protected:
  std::vector<WebhookSetup> setups(double version, std::string_view parameters,
                                   std::string_view more = "") {
    bench_.load_node("webhook", version, parameters, more);
    Result<std::vector<WebhookSetup>> found = bench_.node().type()->webhooks(bench_.node());
    error_ = found ? "" : std::string(found.error().text());
    return found.value_or(std::vector<WebhookSetup>());
  }
  NodeBench bench_;
  std::string error_;
};

TEST_F(Webhooks, ATriggerSaysWhatItRegisters) {
  const std::vector<WebhookSetup> plain =
      setups(2, "{path: '/hello/'}", R"(, "webhookId": "hook")");
  ASSERT_EQ(plain.size(), 1u);
  EXPECT_EQ(plain[0].method, "GET");
  EXPECT_EQ(plain[0].path, "hello");
  EXPECT_EQ(plain[0].response_mode, ResponseMode::kOnReceived);
  EXPECT_EQ(plain[0].response_code, 200);
  EXPECT_EQ(setups(2, "{}", R"(, "webhookId": "hook")")[0].path, "hook");
  EXPECT_EQ(setups(2, "{path: 'users/:id'}", R"(, "webhookId": "hook")")[0].path, "hook/users/:id");
  EXPECT_EQ(setups(2, "{}")[0].path, "node-id");
}

TEST_F(Webhooks, SeveralMethodsHaveAnOutputEach) {
  const std::vector<WebhookSetup> several =
      setups(2, "{multipleMethods: true, httpMethod: ['POST', 'PUT'], path: 'x'}");
  ASSERT_EQ(several.size(), 2u);
  EXPECT_EQ(several[1].method, "PUT");
  EXPECT_EQ(several[1].output, 1u);
  EXPECT_EQ(bench_.node().outputs(), 2u);
  EXPECT_EQ(setups(2, "{httpMethod: ['POST'], path: 'x'}")[0].method, "POST")
      << "a list where a name is expected";
}

TEST_F(Webhooks, TheirAnswersAreDescribed) {
  const WebhookSetup last = setups(
      2, R"({httpMethod: 'POST', path: 'x', responseMode: '=lastNode', responseData: 'allEntries',
      options: {responseCode: {values: {responseCode: 201}},
                responseHeaders: {entries: [{name: 'a', value: 'b'}]}, rawBody: true}})")[0];
  EXPECT_EQ(last.response_mode, ResponseMode::kLastNode);
  EXPECT_EQ(last.response_data, ResponseData::kAllEntries);
  EXPECT_EQ(last.response_code, 201);
  EXPECT_TRUE(last.raw_body);
  ASSERT_EQ(last.response_headers.size(), 1u);
  EXPECT_EQ(setups(2,
                   "{path: 'x', options: {responseCode: {values: {responseCode: 'customCode', "
                   "customCode: 418}}}}")[0]
                .response_code,
            418);
  EXPECT_EQ(setups(1, "{path: 'x', responseCode: 202}")[0].response_code, 202);
  const WebhookSetup text = setups(2,
                                   "{path: 'x', options: {responseData: 'thanks', ipWhitelist: "
                                   "'10.0.0.0/8', allowedOrigins: 'https://a.example'}}")[0];
  EXPECT_EQ(text.response_text, "thanks");
  EXPECT_EQ(text.ip_allow_list, "10.0.0.0/8");
  EXPECT_EQ(text.allowed_origins, "https://a.example");
}

TEST_F(Webhooks, WhatCannotBeRegisteredIsNamed) {
  setups(2, "{path: '={{ $json.x }}'}");
  EXPECT_THAT(error_, HasSubstr("node 'Node': parameter 'path' must not be an expression"));
  setups(2.1, "{path: 'x', responseMode: 'streaming'}");
  EXPECT_THAT(error_, HasSubstr("response mode 'streaming' is not available yet"));
}

TEST(Catalog, FindsTypesByVersion) {
  const Catalog catalog;
  EXPECT_EQ(catalog.entries().size(), 8u);
  EXPECT_EQ(catalog.find("n8n-nodes-base.set", std::nullopt).version, 3.5);
  EXPECT_EQ(catalog.find("n8n-nodes-base.set", 3.2).version, 3.2);
  const Catalog::Found old = catalog.find("n8n-nodes-base.set", 2);
  EXPECT_EQ(old.entry, nullptr);
  EXPECT_TRUE(old.known_type);
  EXPECT_FALSE(catalog.find("n8n-nodes-base.slack", 2.3).known_type);
}

TEST(Prepared, NodesThatCannotRunAreReportedByName) {
  NodeBench bench;
  bench.load(
      R"({nodes: [{name: 'Ask', type: 'n8n-nodes-base.slack', typeVersion: 2.3}, {name: 'Old', type: 'n8n-nodes-base.set', typeVersion: 2},
                         {name: 'Off', type: 'n8n-nodes-base.slack', disabled: true},
                         {name: 'Fine', type: 'n8n-nodes-base.noOp'}]})");
  ASSERT_EQ(bench.workflow().unsupported().size(), 2u);
  EXPECT_EQ(bench.workflow().unsupported()[0].text(),
            "node 'Ask' is of type n8n-nodes-base.slack, which this program does not have");
  EXPECT_EQ(bench.workflow().unsupported()[1].text(),
            "node 'Old' is n8n-nodes-base.set in version 2, which this program does not have");
  EXPECT_EQ(bench.node("Ask").type(), nullptr);
  EXPECT_NE(bench.node("Fine").type(), nullptr);
}

}  // namespace
}  // namespace vaettir::engine
