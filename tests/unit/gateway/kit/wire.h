// Blocking sockets for tests: a client of the house, or one connection of an Origin. Everything has
// a time limit; a broken expectation throws.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vaettir::gateway::kit {

struct Message {
  std::string start;  // the first line
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  // The first value of that name, in any case; "" without one.
  std::string field(std::string_view name) const;
  bool has(std::string_view name) const;
  int status() const;          // of a response
  std::string method() const;  // of a request
  std::string target() const;
};

class Wire {
 public:
  explicit Wire(int fd);
  static Wire connect(std::uint16_t port);
  static Wire connect_unix(const std::string& path);
  Wire(Wire&& other) noexcept;
  Wire& operator=(Wire&&) = delete;
  ~Wire();

  void send(std::string_view bytes);
  // A whole request or response with its content; nullopt: the peer has closed before its first
  // byte.
  std::optional<Message> read(bool head_only = false, bool is_answer_to_head = false);
  // The answer to one request; fails where there is none.
  Message ask(std::string_view request);
  std::string take(std::size_t count);  // exactly so many bytes
  std::string rest();                   // until the peer closes
  bool ended();                         // the peer has closed, or closes within the limit
  void finish_sending();
  void reset();  // closes with a reset
  int fd() const { return fd_; }

 private:
  bool fill();
  std::string take_chunks();
  int fd_;
  std::string buffer_;
};

// "GET /x HTTP/1.1\r\nHost: h\r\n<fields>\r\n" with a Content-Length where there is a body.
std::string request(std::string_view method, std::string_view target, std::string_view host,
                    std::string_view fields = "", std::string_view body = "");
std::string response(int status, std::string_view body, std::string_view fields = "");

// Waits until `condition` holds; false after ten seconds.
template <class Condition>
bool eventually(Condition condition);

}  // namespace vaettir::gateway::kit

#include <thread>

namespace vaettir::gateway::kit {

template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return condition();
}

}  // namespace vaettir::gateway::kit
