namespace Micro.Transport.Grpc.Client;

/// <summary>Identifies a method of one format: a call with the same key has the same path and the same types.</summary>
internal readonly record struct MethodKey(string Service, string Endpoint, string? Package, Type Response, bool IsStream);
