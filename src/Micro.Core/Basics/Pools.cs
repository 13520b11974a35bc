using Microsoft.Extensions.ObjectPool;

namespace Micro.Basics;

/// <summary>Creates pools of objects that later calls reuse.</summary>
internal static class Pools
{
    /// <summary>The number of pooled objects; concurrent calls beyond it create and drop their own.</summary>
    private const int MaxKept = 1024;

    public static ObjectPool<T> Create<T>()
        where T : class, IResettable, new() => Create(new DefaultPooledObjectPolicy<T>());

    public static ObjectPool<T> Create<T>(IPooledObjectPolicy<T> policy)
        where T : class => new DefaultObjectPool<T>(policy, MaxKept);
}
