#include "base/observe/span.h"

#include <gtest/gtest.h>

#include <set>

namespace vaettir::observe {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

class Spans final : public SpanSink {
 public:
  void record(Span span) override { spans.push_back(std::move(span)); }
  std::vector<Span> spans;
};

TEST(Traceparent, ReadsAndWrites) {
  std::optional<TraceContext> context = parse_traceparent(kParent);
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(context->trace.text(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->span.text(), "00f067aa0ba902b7");
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(traceparent(*context), kParent);
  context = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02");
  ASSERT_TRUE(context.has_value());
  EXPECT_FALSE(context->sampled);
}

TEST(Traceparent, LaterVersionsMayBeLonger) {
  EXPECT_TRUE(
      parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").has_value());
  EXPECT_TRUE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what")
                  .has_value());
  EXPECT_FALSE(
      parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01what").has_value());
}

TEST(Traceparent, IgnoresWhatIsWrong) {
  for (std::string_view text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
                                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
                                "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
                                "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}) {
    EXPECT_FALSE(parse_traceparent(text).has_value()) << text;
  }
}

TEST(TraceIds, AreValidAndDiffer) {
  TraceIds ids(real_entropy()), others(real_entropy());
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    for (TraceIds* each : {&ids, &others}) {
      TraceContext context = each->new_trace(true);
      ASSERT_TRUE(context.valid());
      EXPECT_EQ(parse_traceparent(traceparent(context)), context);
      seen.insert(context.trace.text());
    }
  }
  EXPECT_EQ(seen.size(), 2'000u);
}

TEST(Span, GoesOnWithTheCallersTrace) {
  TraceIds ids(real_entropy());
  const WallTime start{1s};
  Spans sink;
  Span server = server_span("GET", parse_traceparent(kParent), false, ids, start);
  EXPECT_TRUE(server.recording());  // as the caller decided
  EXPECT_EQ(server.context.trace.text(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(server.parent.text(), "00f067aa0ba902b7");
  Span child = child_span("proxy", SpanKind::kClient, server, ids, start + 1ms);
  child.set("server.address", "github");
  child.failed("refused");
  EXPECT_EQ(child.parent, server.context.span);
  EXPECT_NE(child.context.span, server.context.span);
  std::move(child).finish(start + 2ms, sink);
  std::move(server).finish(start + 3ms, sink);
  ASSERT_EQ(sink.spans.size(), 2u);
  EXPECT_EQ(sink.spans[0].attributes.at(0).second.string(), "github");
  EXPECT_EQ(sink.spans[0].status, SpanStatus::kError);
  EXPECT_EQ(sink.spans[0].status_text, "refused");
  EXPECT_EQ(sink.spans[1].end - sink.spans[1].start, 3ms);
  EXPECT_EQ(sink.spans[1].kind, SpanKind::kServer);
}

TEST(Span, NotSampledCostsNothingAndIsNotRecorded) {
  TraceIds ids(real_entropy());
  Spans sink;
  Span span = server_span("GET", std::nullopt, false, ids, WallTime{});
  EXPECT_TRUE(span.context.valid());  // still worth passing on
  EXPECT_FALSE(span.parent.valid());
  span.set("key", 1);
  span.failed("no");
  EXPECT_TRUE(span.attributes.empty());
  std::move(span).finish(WallTime{}, sink);
  EXPECT_TRUE(sink.spans.empty());
  null_span_sink().record(Span());
}

}  // namespace
}  // namespace vaettir::observe
