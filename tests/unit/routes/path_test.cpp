#include <gtest/gtest.h>

#include "routes/rule.h"

namespace vaettir::routes {
namespace {

std::string routed(std::string_view path, bool sanitize = true) {
  std::string buffer;
  return std::string(routing_path(path, sanitize, buffer));
}
std::string canonical(std::string_view authority) {
  std::string buffer;
  return std::string(canonical_host(authority, buffer));
}

TEST(RoutingPath, UnreservedBytesAreDecoded) {
  EXPECT_EQ(routed("/%61%2D%7e"), "/a-~");
  EXPECT_EQ(routed("/caf%C3%A9"), "/caf\xC3\xA9");
}

TEST(RoutingPath, ReservedBytesStayEncodedInUpperCase) {
  EXPECT_EQ(routed("/a%2fb"), "/a%2Fb");
  EXPECT_EQ(routed("/%3a%3F%23%5b%5D%40%21%24%26%27%28%29%2a%2B%2C%3b%3D%25"),
            "/%3A%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25");
}

TEST(RoutingPath, BrokenEscapesStay) {
  EXPECT_EQ(routed("/%"), "/%");
  EXPECT_EQ(routed("/%4"), "/%4");
  EXPECT_EQ(routed("/%zz"), "/%zz");
}

TEST(RoutingPath, DotSegmentsAndSlashesAreResolved) {
  EXPECT_EQ(routed("/a/../b"), "/b");
  EXPECT_EQ(routed("/a/./b"), "/a/b");
  EXPECT_EQ(routed("//a///b/"), "/a/b/");
  EXPECT_EQ(routed("/.."), "/");
  EXPECT_EQ(routed("/../../a"), "/a");
  EXPECT_EQ(routed("/a/.."), "/");
  EXPECT_EQ(routed("/a/b/.."), "/a/");
  EXPECT_EQ(routed("/a/."), "/a/");
  EXPECT_EQ(routed("/a/%2e%2e/b"), "/b");
  EXPECT_EQ(routed("/..a/.b/c.."), "/..a/.b/c..");
}

TEST(RoutingPath, EncodedSlashIsNoSegmentBorder) { EXPECT_EQ(routed("/a%2F../b"), "/a%2F../b"); }

TEST(RoutingPath, WithoutSanitizingSegmentsStay) {
  EXPECT_EQ(routed("/a/../b//c", false), "/a/../b//c");
  EXPECT_EQ(routed("/%61/../b", false), "/a/../b");
}

TEST(RoutingPath, WhatIsNoPathStays) {
  EXPECT_EQ(routed("*"), "*");
  EXPECT_EQ(routed(""), "");
}

TEST(RoutingPath, ReturnsTheInputWhenNothingChanges) {
  std::string buffer;
  std::string_view path = "/plain/path.html/";
  EXPECT_EQ(routing_path(path, true, buffer).data(), path.data());
}

TEST(CanonicalHost, PortDotAndCase) {
  EXPECT_EQ(canonical("Example.ORG:8443"), "example.org");
  EXPECT_EQ(canonical("example.org."), "example.org");
  EXPECT_EQ(canonical("example.org.:80"), "example.org");
  EXPECT_EQ(canonical("[2001:DB8::1]:443"), "2001:db8::1");
  EXPECT_EQ(canonical("[::1]"), "::1");
  EXPECT_EQ(canonical(""), "");
}

}  // namespace
}  // namespace vaettir::routes
