// The upstream of the measurements: answers every request with the same 1 KiB from one epoll loop,
// so that it costs as little as a server can. bench_origin PORT BYTES: listens on 127.0.0.1. It
// reads only for the end of a head: it serves our own generators, not strangers.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr int kEvents = 256;
constexpr std::size_t kReadBytes = 16 * 1024;

int listen_on(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(descriptor, SOMAXCONN) != 0) {
    std::perror("bench_origin");
    std::exit(1);
  }
  return descriptor;
}

// Answers as many heads as the bytes end; a head never spans two reads of a keep-alive generator.
bool answer(int descriptor, std::string_view reply) {
  char bytes[kReadBytes];
  const ssize_t size = ::recv(descriptor, bytes, sizeof bytes, 0);
  if (size <= 0) return false;
  std::string_view left(bytes, static_cast<std::size_t>(size));
  for (std::size_t end; (end = left.find("\r\n\r\n")) != std::string_view::npos;) {
    left.remove_prefix(end + 4);
    if (::send(descriptor, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_origin PORT BYTES\n");
    return 2;
  }
  const int size = std::atoi(argv[2]);
  const std::string reply =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(size) +
      "\r\n\r\n" + std::string(static_cast<std::size_t>(size), 'x');
  const int listener = listen_on(std::atoi(argv[1]));
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event registration = {EPOLLIN, {.fd = listener}};
  ::epoll_ctl(poller, EPOLL_CTL_ADD, listener, &registration);
  for (;;) {
    epoll_event events[kEvents];
    const int count = ::epoll_wait(poller, events, kEvents, -1);
    for (int i = 0; i < count; i++) {
      const int descriptor = events[i].data.fd;
      if (descriptor != listener) {
        if (!answer(descriptor, reply)) ::close(descriptor);
        continue;
      }
      const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (client < 0) continue;
      const int yes = 1;
      ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      epoll_event joined = {EPOLLIN, {.fd = client}};
      ::epoll_ctl(poller, EPOLL_CTL_ADD, client, &joined);
    }
  }
}
