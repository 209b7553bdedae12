// Addresses and URLs as settings write them.
#include <gtest/gtest.h>

#include "routes/ip.h"
#include "routes/url.h"

namespace vaettir::routes {
namespace {

TEST(IpAddress, ReadsBothFamilies) {
  EXPECT_EQ(IpAddress::parse("192.0.2.7")->text(), "192.0.2.7");
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.7")->text(), "192.0.2.7");
  EXPECT_EQ(IpAddress::parse("[2001:DB8::1]")->text(), "2001:db8::1");
  EXPECT_EQ(IpAddress::parse("fe80::1%eth0")->text(), "fe80::1");
  EXPECT_FALSE(IpAddress::parse("192.0.2"));
  EXPECT_FALSE(IpAddress::parse("example.org"));
  EXPECT_FALSE(IpAddress::parse(""));
}

TEST(IpAddress, KnowsSpecialRanges) {
  EXPECT_TRUE(IpAddress::parse("127.9.9.9")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("169.254.169.254")->is_link_local_or_metadata());
  EXPECT_TRUE(IpAddress::parse("fe80::1")->is_link_local_or_metadata());
  EXPECT_FALSE(IpAddress::parse("10.0.0.1")->is_link_local_or_metadata());
}

TEST(IpRange, MasksAndContains) {
  IpRange range = *IpRange::from_text("10.1.2.3/20");
  EXPECT_EQ(range.text(), "10.1.0.0/20");
  EXPECT_TRUE(range.contains(*IpAddress::parse("10.1.15.255")));
  EXPECT_FALSE(range.contains(*IpAddress::parse("10.1.16.0")));
  EXPECT_TRUE(IpRange::from_text("0.0.0.0/0")->contains(*IpAddress::parse("8.8.8.8")));
  EXPECT_FALSE(IpRange::from_text("0.0.0.0/0")->contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_TRUE(IpRange::from_text("::/0")->contains(*IpAddress::parse("8.8.8.8")));
  EXPECT_FALSE(IpRange::from_text("10.0.0.0/33"));
  EXPECT_FALSE(IpRange::from_text("10.0.0.0/"));
  EXPECT_FALSE(IpRange::from_text("::/129"));
}

TEST(ServerUrl, FillsInPortAndReadsBack) {
  ServerUrl url = *ServerUrl::from_text("HTTPS://API.example.org/base");
  EXPECT_EQ(url.port, 443);
  EXPECT_TRUE(url.tls());
  EXPECT_EQ(url.text(), "https://api.example.org/base");
  EXPECT_EQ(ServerUrl::from_text("http://h:8080/")->text(), "http://h:8080");
  EXPECT_EQ(ServerUrl::from_text("http://[::1]:9000")->authority(), "[::1]:9000");
}

TEST(ServerUrl, RefusesWhatCannotBeAServer) {
  for (const char* text : {"", "h:80", "ftp://h", "h2c://h", "http://", "http://u@h", "http://h:0",
                           "http://h:x", "http://h/?q", "http://h/#f", "http://a b", "http://[::1",
                           "http://h/a b", "http://[10.0.0.1]"}) {
    EXPECT_FALSE(ServerUrl::from_text(text)) << text;
  }
}

TEST(TargetUrl, RefusesLinkLocalAndMetadata) {
  for (const char* text : {"http://169.254.169.254/", "http://[fe80::1]", "http://[fd00:ec2::254]",
                           "http://metadata.google.internal", "http://100.100.100.200"}) {
    EXPECT_EQ(parse_target_url(text).error().cause(), Cause::kSsrfBlocked) << text;
  }
  EXPECT_TRUE(parse_target_url("http://127.0.0.1:9001"));
}

TEST(ListenAddress, Forms) {
  EXPECT_EQ(ListenAddress::from_text(":80")->text(), ":80");
  EXPECT_EQ(ListenAddress::from_text("127.0.0.1:0")->port, 0);
  EXPECT_EQ(ListenAddress::from_text("[::1]:443/tcp")->text(), "[::1]:443");
  EXPECT_EQ(ListenAddress::from_text("*:80")->host, "");
  EXPECT_EQ(ListenAddress::from_text("localhost:80")->host, "localhost");
  for (const char* text : {"80", "", "127.0.0.1", ":70000", "example.org:80", ":80/udp", "::1"}) {
    EXPECT_FALSE(ListenAddress::from_text(text)) << text;
  }
}

}  // namespace
}  // namespace vaettir::routes
