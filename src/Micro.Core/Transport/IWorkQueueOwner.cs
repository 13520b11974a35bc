namespace Micro.Transport;

/// <summary>Runs the items of a <see cref="WorkQueue{T}"/>.</summary>
internal interface IWorkQueueOwner<in T>
{
    /// <summary>Runs an item; never throws.</summary>
    void Run(T item);

    /// <summary>Called by each thread when it finds nothing more to run.</summary>
    void OnEmptied();
}
