namespace Greeter;

internal enum ClientMode
{
    Hello,
    Stream,
    PingPong,
    Load,
}
