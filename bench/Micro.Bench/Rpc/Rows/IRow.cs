using Micro.Bench.Serving;

namespace Micro.Bench.Rpc.Rows;

/// <summary>One way to call that is measured.</summary>
internal interface IRow : IAsyncDisposable
{
    /// <summary>One of <see cref="RowNames"/>.</summary>
    string Name { get; }

    /// <summary>The server process.</summary>
    ServerProcess Server { get; }

    /// <summary>Creates callers, which share connections as in an application.</summary>
    Task<IReadOnlyList<ICaller>> OpenAsync(int callers);
}
