namespace Micro.Server;

/// <summary>
/// Marks a handler method as safe to execute twice. The registry shows it (<c>idempotent=true</c>), so that clients
/// repeat calls to it after a broken connection or a timeout.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IdempotentAttribute : Attribute;
