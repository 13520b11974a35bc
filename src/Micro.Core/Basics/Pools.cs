using Microsoft.Extensions.ObjectPool;

namespace Micro.Basics;

/// <summary>Makes pools of objects that are used again for later calls.</summary>
internal static class Pools
{
    /// <summary>What calls at the same time may need; more are made and dropped.</summary>
    private const int MaxKept = 1024;

    public static ObjectPool<T> Create<T>()
        where T : class, IResettable, new() => Create(new DefaultPooledObjectPolicy<T>());

    public static ObjectPool<T> Create<T>(IPooledObjectPolicy<T> policy)
        where T : class => new DefaultObjectPool<T>(policy, MaxKept);
}
