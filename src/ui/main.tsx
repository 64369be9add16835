import './kit/styles.css'
