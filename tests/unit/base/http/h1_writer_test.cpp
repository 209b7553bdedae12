#include "base/http/h1_writer.h"

#include <gtest/gtest.h>

namespace vaettir::http {
namespace {

template <class Lines>
std::string written(const Lines& lines) {
  std::string bytes(size_of(lines), '?');
  char* end = write(bytes.data(), lines);
  const auto used = static_cast<std::size_t>(end - bytes.data());
  EXPECT_LE(used, bytes.size());
  return bytes.substr(0, used);
}

TEST(ResponseWriter, FramingAndConnectionFieldsAreOurs) {
  Headers headers;
  headers.add("content-length", "999");
  headers.add("X-A", "b");
  headers.add("Transfer-Encoding", "gzip");
  headers.add("Connection", "X-A");
  headers.add("Keep-Alive", "timeout=5");
  headers.add("Upgrade", "h2c");
  ResponseLines lines{200, &headers, {Framing::Kind::kLength, 12}, "close", "D", "S"};
  EXPECT_EQ(written(lines),
            "HTTP/1.1 200 OK\r\nX-A: b\r\nServer: S\r\nDate: D\r\nContent-Length: 12\r\n"
            "Connection: close\r\n\r\n");
  lines.framing = {Framing::Kind::kChunked, 0};
  lines.connection = "";
  EXPECT_EQ(written(lines),
            "HTTP/1.1 200 OK\r\nX-A: b\r\nServer: S\r\nDate: D\r\nTransfer-Encoding: "
            "chunked\r\n\r\n");
}

TEST(ResponseWriter, ServerAndDateOfTheOriginStay) {
  Headers headers;
  headers.add("date", "theirs");
  headers.add("server", "them");
  EXPECT_EQ(written(ResponseLines{404, &headers, {}, "", "D", "S"}),
            "HTTP/1.1 404 Not Found\r\ndate: theirs\r\nserver: them\r\n\r\n");
}

TEST(ResponseWriter, FieldsThatWouldBreakTheMessageAreLeftOut) {
  Headers headers;
  headers.add("X-A", "b\r\nSet-Cookie: stolen=1");
  headers.add("X B", "c");
  headers.add("X-C", "d");
  ResponseLines lines{200, &headers, {}, "", "", ""};
  lines.check_fields = true;
  EXPECT_EQ(written(lines), "HTTP/1.1 200 OK\r\nX-C: d\r\n\r\n");
}

TEST(ResponseWriter, UnknownStatusHasAnEmptyReason) {
  Headers headers;
  EXPECT_EQ(written(ResponseLines{299, &headers, {}, "", "", ""}), "HTTP/1.1 299 \r\n\r\n");
}

TEST(RequestWriter, WritesUpgradeAndSkipsHopByHopFields) {
  Headers headers;
  headers.add("Host", "a.test");
  headers.add("Expect", "100-continue");
  headers.add("Connection", "keep-alive");
  headers.add("Upgrade", "h2c");
  headers.add("Sec-WebSocket-Key", "k");
  RequestLines lines{"GET", "/x?y", &headers, {}, "websocket"};
  EXPECT_TRUE(is_writable(lines));
  EXPECT_EQ(written(lines),
            "GET /x?y HTTP/1.1\r\nHost: a.test\r\nSec-WebSocket-Key: k\r\nConnection: upgrade\r\n"
            "Upgrade: websocket\r\n\r\n");
}

TEST(RequestWriter, WhatWouldBreakTheMessageIsNotWritable) {
  Headers headers;
  headers.add("Host", "a.test");
  EXPECT_TRUE(is_writable({"GET", "/", &headers, {}, ""}));
  EXPECT_FALSE(is_writable({"GET", "/ HTTP/1.1\r\nX: y", &headers, {}, ""}));
  EXPECT_FALSE(is_writable({"GET", "", &headers, {}, ""}));
  EXPECT_FALSE(is_writable({"GE T", "/", &headers, {}, ""}));
  headers.add("X", "a\nb");
  EXPECT_FALSE(is_writable({"GET", "/", &headers, {}, ""}));
  Headers without_host;
  EXPECT_FALSE(is_writable({"GET", "/", &without_host, {}, ""}));
}

}  // namespace
}  // namespace vaettir::http
