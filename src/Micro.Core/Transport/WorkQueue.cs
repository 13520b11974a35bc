namespace Micro.Transport;

/// <summary>
/// Runs items in order on the current thread. While items wait, a second thread is scheduled to take the next one, so a
/// blocking item delays no other, and quick items cost no thread switch.
/// </summary>
/// <param name="owner">Runs the items.</param>
internal sealed class WorkQueue<T>(IWorkQueueOwner<T> owner) : IRunnable, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _items = [];
    private bool _isHelperComing;

    /// <summary>Gets whether a thread will still call <see cref="IWorkQueueOwner{T}.OnEmptied"/>.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return _isHelperComing || _items.Count > 0;
            }
        }
    }

    /// <summary>Adds an item; call <see cref="Run"/> afterwards.</summary>
    public void Add(T item)
    {
        lock (_gate)
        {
            _items.Enqueue(item);
        }
    }

    /// <summary>Runs the waiting items.</summary>
    public void Run()
    {
        while (TryTake(out var item))
        {
            owner.Run(item);
        }

        owner.OnEmptied();
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate)
        {
            _isHelperComing = false;
        }

        Run();
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T item)
    {
        bool needsHelper;
        lock (_gate)
        {
            if (!_items.TryDequeue(out item))
            {
                return false;
            }

            needsHelper = _items.Count > 0 && !_isHelperComing;
            _isHelperComing |= needsHelper;
        }

        if (needsHelper)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return true;
    }
}
