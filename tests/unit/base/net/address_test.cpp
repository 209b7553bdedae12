#include "base/net/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace vaettir::net {
namespace {

TEST(Address, ParsesWhatPeopleWrite) {
  for (const auto& [text, expected] :
       std::vector<std::pair<std::string, std::string>>{{"127.0.0.1:80", "127.0.0.1:80"},
                                                        {"[::1]:443", "[::1]:443"},
                                                        {":8080", "[::]:8080"},
                                                        {"localhost:0", "127.0.0.1:0"},
                                                        {"LocalHost:9", "127.0.0.1:9"},
                                                        {"0.0.0.0:65535", "0.0.0.0:65535"},
                                                        {"[::ffff:10.1.2.3]:5", "10.1.2.3:5"},
                                                        {"[2001:DB8::1]:1", "[2001:db8::1]:1"},
                                                        {"unix:/run/x.sock", "unix:/run/x.sock"}}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(address->to_text(), expected);
  }
}

TEST(Address, RefusesTheRestAndSaysWhy) {
  for (const char* text :
       {"", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:8o",
        "::1:80", "[::1]", "[127.0.0.1]:80", "1.2.3:80", "example.org:80", "[::1%]:80",
        "unix:", "127.0.0.01:80", "0x7f.0.0.1:1", "127.0.0.1:000080"}) {
    const auto address = Address::parse(text);
    ASSERT_FALSE(address.has_value()) << text;
    EXPECT_EQ(address.error().cause(), Cause::kBadRequest);
  }
  EXPECT_FALSE(Address::parse_host(std::string_view("127.0.0.1\0x", 11)).has_value());
  EXPECT_FALSE(Address::unix_path(std::string(200, 'a')).has_value());
}

TEST(Address, KnowsWhatKindItIs) {
  const auto of = [](const char* text) { return *Address::parse_host(text); };
  for (const char* text : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(of(text).is_loopback()) << text;
  }
  for (const char* text : {"128.0.0.1", "::2", "10.0.0.1"}) EXPECT_FALSE(of(text).is_loopback());
  for (const char* text : {"169.254.1.1", "fe80::1", "febf::1", "::ffff:169.254.0.1"}) {
    EXPECT_TRUE(of(text).is_link_local()) << text;
  }
  EXPECT_FALSE(of("fec0::1").is_link_local());
  for (const char* text : {"169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254"}) {
    EXPECT_TRUE(of(text).is_metadata()) << text;
  }
  EXPECT_FALSE(of("169.254.169.253").is_metadata());
  for (const char* text : {"10.1.1.1", "172.16.0.1", "172.31.255.255", "192.168.3.4", "100.64.0.1",
                           "fd12::1", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(of(text).is_private()) << text;
  }
  for (const char* text :
       {"172.32.0.1", "192.169.0.1", "100.128.0.1", "2001:db8::1", "8.8.8.8", "127.0.0.1"}) {
    EXPECT_FALSE(of(text).is_private()) << text;
  }
  EXPECT_TRUE(of("0.0.0.0").is_unspecified());
  EXPECT_TRUE(of("::").is_unspecified());
  EXPECT_FALSE(of("::1").is_unspecified());
}

TEST(Address, GoesToTheSystemAndBack) {
  for (const char* text : {"1.2.3.4:5", "[2001:db8::7]:8", "unix:/tmp/a"}) {
    const Address address = *Address::parse(text);
    const SocketAddress raw = address.socket_address();
    EXPECT_EQ(Address::from(raw.data(), raw.size), address) << text;
  }
  sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = htons(7)};
  inet_pton(AF_INET6, "::ffff:9.8.7.6", &mapped.sin6_addr);
  EXPECT_EQ(Address::from(reinterpret_cast<const sockaddr*>(&mapped), sizeof mapped),
            *Address::parse("9.8.7.6:7"));
  sockaddr_un unnamed = {.sun_family = AF_UNIX};
  EXPECT_TRUE(
      Address::from(reinterpret_cast<const sockaddr*>(&unnamed), sizeof(sa_family_t)).is_unix());
  EXPECT_TRUE(Address::peer_of(-1).is_none());
}

TEST(Network, ContainsByPrefix) {
  const auto in = [](const char* network, const char* address) {
    return Network::parse(network)->contains(*Address::parse_host(address));
  };
  EXPECT_TRUE(in("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(in("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(in("10.0.0.0/8", "::ffff:10.3.3.3"));
  EXPECT_TRUE(in("::ffff:10.0.0.0/104", "10.3.3.3"));
  EXPECT_TRUE(in("192.168.1.130/25", "192.168.1.255"));
  EXPECT_FALSE(in("192.168.1.130/25", "192.168.1.127"));
  EXPECT_TRUE(in("1.2.3.4", "1.2.3.4"));
  EXPECT_FALSE(in("1.2.3.4", "1.2.3.5"));
  EXPECT_TRUE(in("0.0.0.0/0", "9.9.9.9"));
  EXPECT_FALSE(in("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(in("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(in("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_FALSE(in("::/0", "9.9.9.9"));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains(*Address::unix_path("/x")));
  EXPECT_EQ(Network::parse("10.9.8.7/8")->to_text(), "10.0.0.0/8");
  EXPECT_EQ(*Network::parse("10.9.8.7/8"), *Network::parse("10.0.0.0/8"));
}

TEST(Network, RefusesWhatIsNone) {
  for (const char* text : {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8",
                           "example.org", "10.0.0.0/8/8", "10.0.0.0:80"}) {
    EXPECT_FALSE(Network::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace vaettir::net
