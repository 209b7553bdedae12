#include "engine/nodes/normalise.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/nodes/node_bench.h"

namespace vaettir::engine {
namespace {

std::string normalised(std::string_view type, double version, std::string_view parameters) {
  const Catalog catalog;
  const std::string full = fmt::format("n8n-nodes-base.{}", type);
  const Catalog::Found found = catalog.find(full, version);
  EXPECT_NE(found.entry, nullptr) << full;
  if (found.entry == nullptr) return "";
  return json::to_text(normalise(*found.entry->description, version, NodeBench::value(parameters)));
}

TEST(Normalise, DefaultsFollowTheVersion) {
  EXPECT_EQ(
      normalised("set", 3.4, "{}"),
      R"({"mode":"manual","duplicateItem":false,"assignments":{"assignments":[]},"includeOtherFields":false,"options":{}})");
  EXPECT_EQ(normalised("set", 3, "{}"),
            R"({"mode":"manual","duplicateItem":false,"fields":{},"include":"all","options":{}})");
  EXPECT_EQ(
      normalised("set", 3.4, "{mode: 'raw'}"),
      R"({"mode":"raw","duplicateItem":false,"jsonOutput":"{\n  \"my_field_1\": \"value\",\n  \"my_field_2\": 1\n}\n","includeOtherFields":false,"options":{}})");
}

TEST(Normalise, WhatIsHiddenOrUnknownIsLeftOut) {
  EXPECT_EQ(
      normalised("set", 3.4,
                 "{includeOtherFields: true, include: 'selected', includeFields: 'a', "
                 "excludeFields: 'b', nonsense: 1}"),
      R"({"mode":"manual","duplicateItem":false,"assignments":{"assignments":[]},"includeOtherFields":true,"include":"selected","includeFields":"a","options":{}})");
  EXPECT_EQ(
      normalised("set", 3.4, "{include: 'selected', includeFields: 'a'}").find("includeFields"),
      std::string::npos);
}

TEST(Normalise, AnExpressionInTheControllingValueShows) {
  EXPECT_NE(
      normalised("set", 3.4,
                 "{includeOtherFields: '={{ $json.x }}', include: 'selected', includeFields: 'a'}")
          .find("\"includeFields\":\"a\""),
      std::string::npos);
}

TEST(Normalise, ACollectionHoldsOnlyWhatWasAdded) {
  const std::string out =
      normalised("set", 3.4, "{options: {dotNotation: false, unknown: 3, includeBinary: true}}");
  EXPECT_NE(out.find(R"("options":{"dotNotation":false})"), std::string::npos) << out;
}

TEST(Normalise, EntriesOfAFixedCollectionGetTheirDefaults) {
  EXPECT_EQ(
      normalised("set", 3,
                 "{fields: {values: [{name: 'a', stringValue: 'x'}, {name: 'b', type: "
                 "'numberValue', stringValue: 'no', numberValue: '1'}]}}"),
      R"({"mode":"manual","duplicateItem":false,"fields":{"values":[{"name":"a","type":"stringValue","stringValue":"x"},{"name":"b","type":"numberValue","numberValue":"1"}]},"include":"all","options":{}})");
  EXPECT_NE(
      normalised("httpRequest", 4.2,
                 "{options: {response: {response: {fullResponse: true}}, batching: {batch: {}}}}")
          .find(
              R"("options":{"batching":{"batch":{"batchSize":50,"batchInterval":1000}},"response":{"response":{"fullResponse":true,"neverError":false,"responseFormat":"autodetect"}}})"),
      std::string::npos);
  EXPECT_NE(normalised("httpRequest", 3, "{options: {redirect: {redirect: {}}}}")
                .find(R"("redirect":{"redirect":{"followRedirects":false}})"),
            std::string::npos);
  EXPECT_NE(normalised("httpRequest", 4, "{options: {redirect: {redirect: {}}}}")
                .find(R"("redirect":{"redirect":{"followRedirects":true,"maxRedirects":21}})"),
            std::string::npos);
}

TEST(Normalise, OneOfSeveralPropertiesOfOneNameIsMeant) {
  EXPECT_NE(normalised("webhook", 2, "{}").find(R"("httpMethod":"GET")"), std::string::npos);
  EXPECT_NE(
      normalised("webhook", 2, "{multipleMethods: true}").find(R"("httpMethod":["GET","POST"])"),
      std::string::npos);
  EXPECT_NE(normalised("webhook", 1, "{}").find(R"("responseCode":200)"), std::string::npos);
  EXPECT_EQ(normalised("webhook", 2, "{}").find("responseCode"), std::string::npos);
  EXPECT_EQ(normalised("webhook", 1, "{responseMode: 'responseNode'}").find("responseCode"),
            std::string::npos);
  EXPECT_NE(
      normalised("respondToWebhook", 1.1, "{respondWith: 'text'}").find(R"("responseBody":"")"),
      std::string::npos);
}

TEST(Normalise, OptionsThatHideEachOtherBothStay) {
  EXPECT_NE(
      normalised("webhook", 2, "{options: {rawBody: true}}").find(R"("options":{"rawBody":true})"),
      std::string::npos);
  EXPECT_NE(normalised("webhook", 2, "{options: {noResponseBody: true}}")
                .find(R"("options":{"noResponseBody":true})"),
            std::string::npos);
}

TEST(Normalise, AFilterIsCompleted) {
  EXPECT_EQ(
      normalised("if", 2.2, "{conditions: {conditions: [{leftValue: 1}]}}"),
      R"({"conditions":{"conditions":[{"leftValue":1}],"options":{"caseSensitive":true,"leftValue":"","typeValidation":"strict","version":1},"combinator":"and"},"looseTypeValidation":false,"options":{}})");
  EXPECT_EQ(normalised("if", 2, "{}").find("looseTypeValidation"), std::string::npos);
}

TEST(Normalise, NoExpressionMeansText) {
  EXPECT_NE(normalised("set", 3.4, "{mode: '=raw'}").find(R"("mode":"raw")"), std::string::npos);
  EXPECT_NE(
      normalised("webhook", 2, "{options: '={{ $json }}'}").find(R"("options":"={{ $json }}")"),
      std::string::npos);
}

TEST(Normalise, NullCountsAsNotSetButForFlagsAndNumbers) {
  EXPECT_NE(normalised("webhook", 2, "{path: null}").find(R"("path":"")"), std::string::npos);
  EXPECT_NE(normalised("set", 3.4, "{duplicateItem: null}").find(R"("duplicateItem":null)"),
            std::string::npos);
}

TEST(Normalise, EveryTableReadsItsOwnDefaults) {
  for (const NodeDescription& description : node_tables()) {
    for (const double version : description.versions) {
      const json::Value once = normalise(description, version, json::Value::object({}));
      EXPECT_EQ(json::to_text(normalise(description, version, once)), json::to_text(once))
          << description.name << " " << version;
    }
  }
}

}  // namespace
}  // namespace vaettir::engine
