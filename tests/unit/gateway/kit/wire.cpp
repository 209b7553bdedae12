#include "tests/unit/gateway/kit/wire.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "base/core/text.h"

namespace vaettir::gateway::kit {
namespace {

constexpr int kLimitMs = 10'000;

void check(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

std::string Message::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return "";
}

bool Message::has(std::string_view name) const {
  return std::ranges::any_of(
      fields, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

int Message::status() const { return std::stoi(start.substr(start.find(' ') + 1)); }
std::string Message::method() const { return start.substr(0, start.find(' ')); }
std::string Message::target() const {
  const std::size_t begin = start.find(' ') + 1;
  return start.substr(begin, start.find(' ', begin) - begin);
}

Wire::Wire(int fd) : fd_(fd) {}
Wire::Wire(Wire&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
Wire::~Wire() {
  if (fd_ >= 0) ::close(fd_);
}

Wire Wire::connect(std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Wire wire(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check(::connect(wire.fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  return wire;
}

Wire Wire::connect_unix(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  Wire wire(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check(::connect(wire.fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  return wire;
}

void Wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    check(sent > 0, "send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Wire::fill() {
  pollfd waiting{fd_, POLLIN, 0};
  check(::poll(&waiting, 1, kLimitMs) == 1, "nothing came within the limit");
  char bytes[16384];
  const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::optional<Message> Wire::read(bool head_only, bool is_answer_to_head) {
  std::size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (fill()) continue;
    if (buffer_.empty()) return std::nullopt;
    throw std::runtime_error("the peer closed within a head: " + buffer_);
  }
  Message message;
  std::string_view head = std::string_view(buffer_).substr(0, end);
  for (bool first = true; !head.empty(); first = false) {
    const std::size_t line_end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, line_end);
    if (first) {
      message.start = line;
    } else {
      const std::size_t colon = line.find(':');
      message.fields.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    head.remove_prefix(std::min(line_end + 2, head.size()));
  }
  buffer_.erase(0, end + 4);
  if (head_only || is_answer_to_head) return message;
  const bool is_response = message.start.starts_with("HTTP/");
  if (message.has("Content-Length")) {
    message.body = take(std::stoul(message.field("Content-Length")));
  } else if (message.has("Transfer-Encoding")) {
    message.body = take_chunks();
  } else if (is_response && message.status() >= 200 && message.status() != 204 &&
             message.status() != 304) {
    message.body = rest();
  }
  return message;
}

Message Wire::ask(std::string_view request) {
  send(request);
  auto answer = read(false, request.starts_with("HEAD "));
  if (!answer) throw std::runtime_error("no answer");
  return *answer;
}

std::string Wire::take(std::size_t count) {
  while (buffer_.size() < count) {
    if (!fill()) throw std::runtime_error("the peer closed too early");
  }
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return taken;
}

std::string Wire::take_chunks() {
  std::string content;
  for (;;) {
    std::size_t end;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (!fill()) throw std::runtime_error("the peer closed within chunks");
    }
    const std::size_t size = std::stoul(buffer_.substr(0, end), nullptr, 16);
    buffer_.erase(0, end + 2);
    content += take(size);
    if (take(2) != "\r\n") throw std::runtime_error("no end of a chunk");
    if (size == 0) return content;
  }
}

std::string Wire::rest() {
  while (fill()) {
  }
  return std::exchange(buffer_, "");
}

bool Wire::ended() { return buffer_.empty() && !fill(); }

void Wire::finish_sending() { ::shutdown(fd_, SHUT_WR); }

void Wire::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(fd_, -1));
}

std::string request(std::string_view method, std::string_view target, std::string_view host,
                    std::string_view fields, std::string_view body) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n{}", method, target, host, fields);
  if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text.append("\r\n").append(body);
}

std::string response(int status, std::string_view body, std::string_view fields) {
  return fmt::format("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                     fields, body);
}

}  // namespace vaettir::gateway::kit
