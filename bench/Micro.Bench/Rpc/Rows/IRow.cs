using Micro.Bench.Serving;

namespace Micro.Bench.Rpc.Rows;

/// <summary>One way to call that is measured beside the others.</summary>
internal interface IRow : IAsyncDisposable
{
    /// <summary>One of <see cref="RowNames"/>.</summary>
    string Name { get; }

    /// <summary>The process that answers.</summary>
    ServerProcess Server { get; }

    /// <summary>Makes callers; those that share connections do so as an application's would.</summary>
    Task<IReadOnlyList<ICaller>> OpenAsync(int callers);
}
