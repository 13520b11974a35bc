namespace Micro.Contracts;

/// <summary>What is made of each service; the values of the item metadata <c>MicroServices</c>.</summary>
[Flags]
internal enum ServiceParts
{
    None = 0,
    Server = 1,
    Client = 2,
    Both = Server | Client,
}
